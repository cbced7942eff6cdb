"""The page of a dish's photo: upload, replace, remove; errors stand beside the field."""

from __future__ import annotations

import html
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from duitpos.domain.menus.photos.files import MOST_BYTES
from duitpos.domain.menus.photos.store import set_photo
from duitpos.models import MenuItem, MenuPhoto
from duitpos.web.body_cap import FIELDS
from tests.dashboard.client import Dashboard, said_beside, toasts
from tests.domain.menus.photos.pictures import a_jpeg
from tests.support.restaurant import an_item

NAME = "Nasi lemak 椰浆饭"


@pytest.fixture
def item(dashboard: Dashboard) -> MenuItem:
    return an_item(dashboard.tenant, NAME)


def file(content: bytes, name: str = "dish.jpg", kind: str = "image/jpeg") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, content, kind)


def photo_of(item: MenuItem) -> MenuPhoto | None:
    return MenuPhoto.objects.filter(tenant_id=item.tenant_id, items__id=item.id).first()


def test_a_dish_without_photo(dashboard: Dashboard, item: MenuItem) -> None:
    page = dashboard.page("menu_photo", item.id)
    assert f"Photo of {NAME}" in page
    assert "No photo yet" in page
    assert "Remove this photo" not in page


def test_a_photo_is_uploaded_replaced_and_removed(dashboard: Dashboard, item: MenuItem) -> None:
    said = dashboard.sent("menu_photo", item.id, picture=file(a_jpeg()), shown="")
    assert said == [f"{NAME} has a new photo. Guests see it now."]
    first = photo_of(item)
    assert first is not None
    page = dashboard.page("menu_photo", item.id)
    assert f'alt="{NAME}" width="800" height="600"' in page
    assert "Replace the photo" in page
    dashboard.sent("menu_photo", item.id, picture=file(a_jpeg(801)), shown=first.id)
    second = photo_of(item)
    assert second not in (None, first)
    assert second is not None
    said = dashboard.sent("remove_menu_photo", item.id, shown=second.id)
    assert said == [f"{NAME} has no photo any more."]
    assert photo_of(item) is None


@pytest.mark.parametrize(
    "content, words",
    [
        (b"", "This file is empty"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "is not a picture that can be shown here"),
        (a_jpeg()[:-400], "incomplete or damaged"),
        (a_jpeg(150, 300), "150 × 300 pixels"),
        (a_jpeg(2000, 600), "at most 3 times its short side"),
        (a_jpeg() + b"\0" * (MOST_BYTES - len(a_jpeg()) + 1), "has more than 10 MB"),
    ],
)
def test_a_bad_picture_has_its_answer_beside_the_field_and_the_photo_stays(
    dashboard: Dashboard, item: MenuItem, content: bytes, words: str
) -> None:
    photo = set_photo(dashboard.restaurant.owner, item.id, a_jpeg(), None)
    response = dashboard.post("menu_photo", item.id, picture=file(content), shown=photo.id)
    assert response.status_code == 200
    assert words in said_beside(response)
    assert 'id="id_picture_error"' in response.content.decode()
    assert photo.digest in response.content.decode()
    assert photo_of(item) == photo


def test_no_picture_at_all(dashboard: Dashboard, item: MenuItem) -> None:
    assert dashboard.refused("menu_photo", item.id, shown="") == "Choose a picture first."


def test_neither_the_name_nor_the_declared_type_is_believed(dashboard: Dashboard, item: MenuItem) -> None:
    dashboard.sent(
        "menu_photo", item.id, picture=file(a_jpeg(), "../../<script>.svg", "image/svg+xml"), shown=""
    )
    photo = photo_of(item)
    assert photo is not None
    assert "script" not in photo.digest


def test_somebody_else_was_faster(dashboard: Dashboard, item: MenuItem) -> None:
    """What they uploaded is shown, and stays until it is replaced on purpose."""
    theirs = set_photo(dashboard.restaurant.owner, item.id, a_jpeg(801), None)
    response = dashboard.post("menu_photo", item.id, picture=file(a_jpeg()), shown="")
    assert "Somebody else changed this dish's photo" in said_beside(response)
    assert f'name="shown" value="{theirs.id}"' in response.content.decode()
    assert photo_of(item) == theirs
    gone: Any = dashboard.client.post(
        dashboard.url("remove_menu_photo", item.id), {"shown": item.id}, follow=True
    )
    assert "Somebody else changed" in toasts(html.unescape(gone.content.decode()))[0]
    assert photo_of(item) == theirs


def test_a_file_that_is_far_too_large_is_refused_unread(dashboard: Dashboard, item: MenuItem) -> None:
    response = dashboard.post("menu_photo", item.id, picture=file(b"\xff" * (MOST_BYTES + FIELDS)), shown="")
    assert response.status_code == 413
    assert "This file is too large: it may have at most 10 MB." in response.content.decode()


def test_only_the_upload_takes_large_bodies(dashboard: Dashboard, item: MenuItem) -> None:
    response = dashboard.post("remove_menu_photo", item.id, picture=file(b"\xff" * 300_000))
    assert response.status_code == 413
    assert "too much for one request" in response.content.decode()


def test_a_large_upload_that_is_cut_off_is_refused(dashboard: Dashboard, item: MenuItem) -> None:
    body = b'--x\r\nContent-Disposition: form-data; name="picture"; filename="a"\r\n\r\n' + b"\xff" * 400_000
    response = dashboard.client.generic(
        "POST",
        dashboard.url("menu_photo", item.id),
        body,
        content_type="multipart/form-data; boundary=x",
    )
    assert response.status_code == 400
    assert "Only a part of this request arrived" in response.content.decode()


def test_an_archived_dish_has_no_such_page(dashboard: Dashboard, item: MenuItem) -> None:
    MenuItem.objects.filter(tenant=dashboard.tenant, id=item.id).update(archived_at=item.tenant.created_at)
    assert dashboard.get("menu_photo", item.id).status_code == 404
    assert dashboard.post("menu_photo", item.id, picture=file(a_jpeg()), shown="").status_code == 404
