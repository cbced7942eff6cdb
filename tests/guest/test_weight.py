"""The size of a guest's first page view with the demo's menu, because bad Wi-Fi and old phones are common."""

from __future__ import annotations

import gzip
import random
import re

import brotli
import pytest
from django.contrib.staticfiles import finders

from duitpos.demo.seed import seed
from duitpos.domain.tenancy.find import tenant_by_slug
from duitpos.models import MenuPhoto, MenuSection, Table
from tests.guest.phone import Phone
from tests.support.restaurant import a_restaurant, a_table, an_item

pytestmark = pytest.mark.urls("tests.guest.urls")

MOST = 17 * 1024
MOST_WITHOUT_BROTLI = 20 * 1024
MOST_PAGE = 8 * 1024
MOST_SCRIPT = 5 * 1024
MOST_OF_MANY = 30 * 1024
MOST_LATER = 4 * 1024
"""What the script loads after the first view: search, filter, changes of the menu, text size."""

WORDS = (
    "ayam ikan nasi mee goreng bakar kukus pedas manis sambal santan serai halia daging sayur telur kuah rempah"
).split()


@pytest.mark.parametrize("language", ["en", "ms", "zh"])
def test_the_first_view_is_under_17_kb_compressed(db: None, language: str) -> None:
    made = seed(secret_key="sk_test_demo", webhook_secret="whsec_demo", api_base="")
    tenant = tenant_by_slug(made.tenant)
    table = Table.objects.get(tenant=tenant, token=made.table_token)
    phone = Phone(tenant, table)
    pages = {
        encoding: phone.scan(headers={"accept-encoding": encoding, "accept-language": language}).content
        for encoding in ("br", "gzip")
    }
    html = gzip.decompress(pages["gzip"]).decode()
    files = re.findall(r'(?:href|src)="/static/([^"]+)"', html)
    assert sorted(files) == ["guest/early.js", "guest/guest.css", "guest/guest.js", "ui/tokens.css"]
    weights = {name: len(brotli.compress(_contents(name))) for name in files}
    assert weights["guest/guest.js"] < MOST_SCRIPT
    later = re.findall(
        r"/static/(\S+\.js)", html[html.index("data-later") :].partition(">")[0].replace('"', " ")
    )
    assert later == ["guest/head.js", "guest/menu_more.js"]
    assert sum(len(brotli.compress(_contents(name))) for name in later) < MOST_LATER
    assert len(pages["br"]) < MOST_PAGE
    assert len(pages["br"]) + sum(weights.values()) < MOST
    # Browsers do not accept brotli over plain http.
    assert (
        len(pages["gzip"]) + sum(len(gzip.compress(_contents(name))) for name in files) < MOST_WITHOUT_BROTLI
    )


def _contents(name: str) -> bytes:
    path = finders.find(name)
    assert isinstance(path, str)
    with open(path, "rb") as file:
        return file.read()


def test_a_menu_of_200_dishes_with_photos_is_under_30_kb_compressed(db: None) -> None:
    """With words that differ from dish to dish, since repeated ones would compress to nothing."""
    kopi = a_restaurant()
    chance = random.Random(9)
    for section in range(10):
        heading = MenuSection.objects.create(tenant=kopi.tenant, name=f"Bahagian {section}", position=section)
        for place in range(20):
            an_item(
                kopi.tenant,
                " ".join(chance.sample(WORDS, 2)).capitalize(),
                chance.randrange(200, 4000, 10),
                section=heading,
                position=place,
                description=" ".join(chance.sample(WORDS, 6)),
                marks=["halal"],
                allergens=chance.sample(["egg", "milk", "nuts", "fish"], 2),
                photo=MenuPhoto.objects.create(
                    tenant=kopi.tenant, digest=chance.randbytes(16).hex(), width=960, height=720
                ),
            )
    page = Phone(kopi.tenant, a_table(kopi.location)).scan(headers={"accept-encoding": "br"}).content
    html = brotli.decompress(page).decode()
    assert html.count("<picture") == 200
    # No photo is part of the first view: each is loaded when it is near the screen, after the page.
    assert html.count("<img") == html.count('loading="lazy"') == 200
    files = re.findall(r'(?:href|src)="/static/([^"]+)"', html)
    assert len(page) + sum(len(brotli.compress(_contents(name))) for name in files) < MOST_OF_MANY
