"""Where photos are stored, from the environment: a folder, or a bucket of an S3-compatible service."""

from __future__ import annotations

from pathlib import Path
from urllib.parse import urlsplit

from django.core.exceptions import ImproperlyConfigured

from duitpos.kit.env import is_http, read


def storage(var: Path) -> dict[str, object]:
    """Django's storage `photos`: the folder `photos` in `var`, unless DUITPOS_MEDIA_S3_BUCKET names a bucket."""
    bucket = str(read("DUITPOS_MEDIA_S3_BUCKET", default=""))
    if not bucket:
        return {
            "BACKEND": "duitpos.domain.menus.photos.folder.Folder",
            "OPTIONS": {"location": var / "photos", "base_url": "/media/"},
        }
    key, secret = (
        str(read("DUITPOS_MEDIA_S3_KEY", default="")),
        str(read("DUITPOS_MEDIA_S3_SECRET", default="")),
    )
    if bool(key) != bool(secret):
        raise ImproperlyConfigured(
            "DUITPOS_MEDIA_S3_KEY and DUITPOS_MEDIA_S3_SECRET belong together: set both, or none of them where the"
            " machine itself may use the bucket."
        )
    return {
        "BACKEND": "duitpos.domain.menus.photos.bucket.Bucket",
        "OPTIONS": {
            "bucket_name": bucket,
            "endpoint_url": _endpoint(),
            "region_name": str(read("DUITPOS_MEDIA_S3_REGION", default="")) or None,
            "access_key": key or None,
            "secret_key": secret or None,
            "public_url": _public_url(),
        },
    }


def origin() -> str:
    """The origin from which pages load photos; empty when it is our own site."""
    if not str(read("DUITPOS_MEDIA_S3_BUCKET", default="")):
        return ""
    parts = urlsplit(_public_url())
    return f"{parts.scheme}://{parts.netloc}"


def _endpoint() -> str | None:
    value = str(read("DUITPOS_MEDIA_S3_ENDPOINT", default=""))
    if value and not is_http(value):
        raise ImproperlyConfigured(
            "DUITPOS_MEDIA_S3_ENDPOINT is not an http(s) address: set it to that of the S3-compatible service, such as"
            " https://s3.ap-southeast-1.wasabisys.com, or leave it out for Amazon's."
        )
    return value or None


def _public_url() -> str:
    value = str(read("DUITPOS_MEDIA_S3_URL", default="")).rstrip("/")
    parts = urlsplit(value) if is_http(value) else None
    # It becomes a part of the Content-Security-Policy, in which a space, a comma or a semicolon would begin another.
    plain = value.isascii() and not any(sign in value for sign in " ;,'\"\\@")
    if parts is None or not plain or parts.query or parts.fragment:
        raise ImproperlyConfigured(
            "DUITPOS_MEDIA_S3_URL is missing or not an http(s) address: set it to the address at which guests' phones"
            " read the bucket's files, such as https://photos.example.my"
        )
    return value
