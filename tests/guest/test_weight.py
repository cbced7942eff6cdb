"""The size of a guest's first page view with the demo's menu, because bad Wi-Fi and old phones are common."""

from __future__ import annotations

import gzip
import re

import brotli
import pytest
from django.contrib.staticfiles import finders

from duitpos.demo.seed import seed
from duitpos.domain.tenancy.find import tenant_by_slug
from duitpos.models import Table
from tests.guest.phone import Phone

pytestmark = pytest.mark.urls("tests.guest.urls")

MOST = 16 * 1024
MOST_WITHOUT_BROTLI = 19 * 1024
MOST_PAGE = 7 * 1024
MOST_SCRIPT = 5 * 1024
MOST_LATER = 4 * 1024
"""What the script loads after the first view: search, filter, changes of the menu, text size."""


@pytest.mark.parametrize("language", ["en", "ms", "zh"])
def test_the_first_view_is_under_16_kb_compressed(db: None, language: str) -> None:
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
