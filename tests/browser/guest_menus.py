"""Menus for tests of the guest's page, with photos that need no storage."""

from __future__ import annotations

from io import BytesIO

from PIL import Image
from playwright.sync_api import BrowserContext, Route

from duitpos.models import MenuItem, MenuPhoto, MenuSection, Tenant
from tests.support.restaurant import an_item


def a_photo(tenant: Tenant, number: int = 1, width: int = 960, height: int = 720) -> MenuPhoto:
    """A photo's row."""
    return MenuPhoto.objects.create(tenant=tenant, digest=f"{number:032x}", width=width, height=height)


def serve_photos(context: BrowserContext) -> list[str]:
    """Answer requests for photos with a picture of the width in their name; returns the names that were asked for."""
    asked: list[str] = []

    def answer(route: Route) -> None:
        name = route.request.url.rsplit("/", 1)[-1]
        asked.append(name)
        width = int(name.rsplit("-", 1)[-1].split(".")[0])
        file = BytesIO()
        Image.new("RGB", (width, width * 3 // 4), (190, 120, 60)).save(file, "WEBP")
        # Browsers go by what is in the file.
        route.fulfill(body=file.getvalue(), content_type="image/webp")

    context.route("**/media/**", answer)
    return asked


def many_dishes(tenant: Tenant, count: int, *, photos: bool = False) -> list[MenuItem]:
    """So many dishes in sections of twenty: "Dish 001" …"""
    sections = [
        MenuSection.objects.create(tenant=tenant, name=f"Section {number + 1}", position=100 + number)
        for number in range(-(-count // 20))
    ]
    dishes: list[MenuItem] = []
    for number in range(count):
        photo = a_photo(tenant, 1000 + number) if photos else None
        dishes.append(
            an_item(
                tenant,
                f"Dish {number + 1:03}",
                500 + number * 10,
                section=sections[number // 20],
                position=number,
                photo=photo,
                description="Slowly cooked with coconut milk, lemongrass and a little chilli",
            )
        )
    return dishes
