"""The files of photos: found by their exact names only, and cached for ever."""

from __future__ import annotations

import re
from pathlib import Path
from urllib.parse import quote

import pytest
from django.conf import settings
from django.core.files.storage import storages
from django.test import Client, override_settings

from duitpos.domain.menus.photos.files import file_names, photo_url
from duitpos.domain.menus.photos.store import set_photo
from duitpos.models import Membership, MenuPhoto
from duitpos.ui.pictures import picture_of
from duitpos.web.content_policy import POLICY, policy
from tests.domain.menus.photos.pictures import a_jpeg, opened
from tests.support.restaurant import a_restaurant, an_item

pytestmark = pytest.mark.django_db


@pytest.fixture
def photo() -> MenuPhoto:
    kopi = a_restaurant()
    return set_photo(kopi.owner, an_item(kopi.tenant).id, a_jpeg(), None)


def test_a_file_is_served_with_its_type_and_no_page_can_come_of_it(client: Client, photo: MenuPhoto) -> None:
    for kind in ("avif", "webp", "jpeg"):
        response = client.get(photo_url(photo, 480, kind))
        assert response.status_code == 200
        assert response.headers["Content-Type"] == f"image/{kind}"
        assert int(response.headers["Content-Length"]) == len(response.content)
        assert opened(response.content).size == (480, 360)
        assert response.headers["Cache-Control"] == "public, max-age=31536000, immutable"
        assert response.headers["X-Content-Type-Options"] == "nosniff"
        assert response.headers["Content-Security-Policy"] == "default-src 'none'"


def test_it_is_the_same_for_everybody_and_sets_nothing(client: Client, photo: MenuPhoto) -> None:
    owner = Membership.objects.select_related("user").get(tenant_id=photo.tenant_id)
    client.force_login(owner.user, "allauth.account.auth_backends.AuthenticationBackend")
    for name in ("guest", settings.LANGUAGE_COOKIE_NAME):
        client.cookies[name] = "ms"
    response = client.get(photo_url(photo, 240, "webp"), HTTP_ACCEPT_LANGUAGE="ms")
    assert "Vary" not in response.headers
    assert not response.cookies


def test_a_browser_that_has_it_is_told_so(client: Client, photo: MenuPhoto) -> None:
    url = photo_url(photo, 240, "webp")
    tag = client.get(url).headers["ETag"]
    response = client.get(url, HTTP_IF_NONE_MATCH=tag)
    assert (response.status_code, response.content) == (304, b"")
    assert response.headers["ETag"] == tag
    assert "immutable" in response.headers["Cache-Control"]
    assert response.headers["Content-Security-Policy"] == "default-src 'none'"
    assert client.get(url, HTTP_IF_NONE_MATCH='"another"').status_code == 200


def test_methods(client: Client, photo: MenuPhoto) -> None:
    url = photo_url(photo, 240, "jpeg")
    head = client.head(url)
    assert (head.status_code, head.content) == (200, b"")
    assert head.headers["Content-Length"] == client.get(url).headers["Content-Length"]
    assert client.post(url).status_code == 405


def test_nothing_else_is_found(client: Client, photo: MenuPhoto) -> None:
    folder, file = file_names(photo)[0].split("/")
    root = Path(storages["photos"].path(""))
    (root / "secret.jpeg").write_bytes(b"secret")
    (root / folder / ".left.new").write_bytes(b"secret")
    others = [
        f"/media/{folder}/{file.upper()}",
        f"/media/{folder}/{file}%0A",
        f"/media/{folder}/{file}/",
        f"/media/{folder}/{file[1:]}",
        f"/media/{folder}/{file.replace('avif', 'html')}",
        f"/media/{folder}/{file.replace('-240', '-241')}",
        f"/media/{'0' * 32}/{file}",
        f"/media/{folder}/.left.new",
        f"/media/{folder}/",
        f"/media/{folder}/../secret.jpeg",
        f"/media/{folder}/{quote('../secret.jpeg', safe='')}",
        f"/media/../{folder}/{file}",
        f"/media//{folder}/{file}",
        "/media/secret.jpeg",
        "/media/..%2Fduitpos.sqlite3/x",
        "/media/%00/%00",
        "/media/",
    ]
    for url in others:
        response = client.get(url)
        assert response.status_code == 404, url
        assert b"secret" not in response.content
        assert response.headers["Cache-Control"] == "private, no-store"


def test_photos_in_a_bucket_are_not_served_from_here(client: Client, photo: MenuPhoto) -> None:
    with override_settings(MEDIA_ORIGIN="https://photos.example.my"):
        assert client.get(photo_url(photo, 240, "jpeg")).status_code == 404


def test_pages_load_pictures_from_the_bucket_and_nowhere_else() -> None:
    assert "; img-src 'self' data:; " in POLICY
    with_bucket = policy("https://photos.example.my")
    assert "; img-src 'self' data: https://photos.example.my; " in with_bucket
    assert with_bucket.replace(" https://photos.example.my", "") == POLICY


def test_a_page_offers_every_file_and_knows_the_proportions(client: Client, photo: MenuPhoto) -> None:
    html = picture_of(photo, 'Kopi "O" <hot>', "96px")
    offered = {
        url for found in re.findall(r'srcset="([^"]*)"', html) for url in re.findall(r"/media/\S+", found)
    }
    assert offered == {f"/media/{name}" for name in file_names(photo)}
    assert re.findall(r'type="([^"]*)"', html) == ["image/avif", "image/webp"]
    assert 'width="800" height="600" loading="lazy" decoding="async"' in html
    assert 'alt="Kopi &quot;O&quot; &lt;hot&gt;"' in html
