"""Photos in a bucket: against a real S3 server on this machine."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import boto3
import pytest
from django.core.exceptions import ImproperlyConfigured
from django.core.files.storage import storages
from moto.server import ThreadedMotoServer

from duitpos.domain.errors import Unavailable
from duitpos.domain.menus.photos.bucket import Bucket
from duitpos.domain.menus.photos.files import file_names, photo_url
from duitpos.domain.menus.photos.store import remove_photo, set_photo
from duitpos.domain.sweep.purge import Purged, purge
from duitpos.kit import media
from duitpos.models import MenuItem, MenuPhoto
from duitpos.operations.start import StartRefused, check_photos
from tests.domain.menus.photos.pictures import a_jpeg, opened
from tests.domain.menus.photos.test_remove import make_old
from tests.support.restaurant import a_restaurant, an_item

pytestmark = [pytest.mark.slow, pytest.mark.django_db]
NAME, PUBLIC = "dishes", "https://photos.example.my/kopi"


@pytest.fixture(scope="module")
def server() -> Iterator[str]:
    """The address of an S3 server with one bucket."""
    with pytest.MonkeyPatch.context() as patch:
        # Nothing of this machine's own settings.
        patch.setenv("AWS_EC2_METADATA_DISABLED", "true")
        patch.setenv("AWS_CONFIG_FILE", "/dev/null")
        patch.setenv("AWS_SHARED_CREDENTIALS_FILE", "/dev/null")
        moto = ThreadedMotoServer("127.0.0.1", 0, verbose=False)
        moto.start()
        host, port = moto.get_host_and_port()
        address = f"http://{host}:{port}"
        _client(address).create_bucket(Bucket=NAME)
        yield address
        moto.stop()


def _client(address: str) -> Any:
    return boto3.client(
        "s3", endpoint_url=address, region_name="us-east-1", aws_access_key_id="k", aws_secret_access_key="s"
    )


@pytest.fixture
def bucket(server: str, monkeypatch: pytest.MonkeyPatch, settings: Any) -> Callable[..., None]:
    """Photos are stored as the environment says: this bucket, with changes."""

    def use(**changes: str) -> None:
        values = {
            "BUCKET": NAME,
            "ENDPOINT": server,
            "REGION": "us-east-1",
            "KEY": "k",
            "SECRET": "s",
            "URL": PUBLIC,
        }
        for name, value in {**values, **changes}.items():
            monkeypatch.setenv(f"DUITPOS_MEDIA_S3_{name}", value)
        settings.STORAGES = {**settings.STORAGES, "photos": media.storage(settings.VAR)}

    return use


def in_bucket(server: str) -> list[str]:
    return [one["Key"] for one in _client(server).list_objects_v2(Bucket=NAME).get("Contents", [])]


def test_a_photo_is_stored_shown_and_removed(server: str, bucket: Callable[..., None]) -> None:
    bucket()
    assert isinstance(storages["photos"], Bucket)
    assert check_photos() == []
    kopi = a_restaurant()
    item = an_item(kopi.tenant)
    photo = set_photo(kopi.owner, item.id, a_jpeg(), None)
    assert sorted(in_bucket(server)) == sorted(file_names(photo))
    for name in file_names(photo):
        stored = _client(server).get_object(Bucket=NAME, Key=name)
        assert stored["ContentType"] == f"image/{name.rpartition('.')[2]}"
        assert stored["CacheControl"] == "public, max-age=31536000, immutable"
        assert opened(stored["Body"].read()).size[0] in (240, 480, 800)
    assert photo_url(photo, 480, "webp") == f"{PUBLIC}/{kopi.tenant.id.hex}/{photo.digest}-480.webp"
    set_photo(kopi.owner, item.id, a_jpeg(), photo.id)
    assert len(in_bucket(server)) == 9, "a name is overwritten, not made unique"
    remove_photo(kopi.owner, item.id, photo.id)
    make_old(kopi)
    assert purge() == Purged(photos=1)
    assert in_bucket(server) == []


@pytest.mark.parametrize("changes", [{"BUCKET": "dishes-of-nobody"}, {"BUCKET": "no/such bucket"}])
def test_a_wrong_bucket_stops_the_start(bucket: Callable[..., None], changes: dict[str, str]) -> None:
    bucket(**changes)
    with pytest.raises(StartRefused, match="DUITPOS_MEDIA_S3_BUCKET"):
        check_photos()


def test_a_service_that_is_down_is_a_warning_and_an_answer(
    bucket: Callable[..., None], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Guests order without photos too."""
    bucket(ENDPOINT="http://127.0.0.1:9")
    [warning] = check_photos()
    assert warning.startswith("Photos cannot be stored: ")
    kopi = a_restaurant()
    item = an_item(kopi.tenant)
    with pytest.raises(Unavailable, match="photo_not_stored"):
        set_photo(kopi.owner, item.id, a_jpeg(), None)
    assert MenuItem.objects.get(tenant=kopi.tenant, id=item.id).photo_id is None
    MenuPhoto.objects.filter(tenant=kopi.tenant).update(height=0)
    assert purge() == Purged(errors=1), "its files are deleted once the service answers"


@pytest.mark.parametrize(
    "name, value",
    [
        ("URL", ""),
        ("URL", "photos.example.my"),
        ("URL", "https://photos.example.my; script-src *"),
        ("URL", "https://photos.example.my,https://evil.example"),
        ("URL", "https://user:hush@photos.example.my"),
        ("URL", "https://photos.example.my/?x=1"),
        ("ENDPOINT", "s3.example.my"),
        ("KEY", ""),
        ("SECRET", ""),
    ],
)
def test_a_wrong_setting_is_named(bucket: Callable[..., None], name: str, value: str) -> None:
    with pytest.raises(ImproperlyConfigured, match=f"DUITPOS_MEDIA_S3_{name}") as raised:
        bucket(**{name: value})
    assert "hush" not in str(raised.value)


def test_the_origin_is_that_of_the_public_address(bucket: Callable[..., None]) -> None:
    assert media.origin() == ""
    bucket(URL="https://photos.example.my:8443/kopi/")
    assert media.origin() == "https://photos.example.my:8443"
    assert storages["photos"].url("a/b") == "https://photos.example.my:8443/kopi/a/b"
