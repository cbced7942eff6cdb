"""Photos in a bucket of an S3-compatible service, which the guests' phones read from its public address."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError, HTTPClientError
from botocore.exceptions import ConnectionError as NoConnection
from django.core.exceptions import ImproperlyConfigured
from django.core.files.base import File
from storages.backends.s3 import S3Storage

from duitpos.kit.logs import redact

_PATIENCE = Config(connect_timeout=5, read_timeout=20, retries={"total_max_attempts": 3, "mode": "standard"})


class Bucket(S3Storage):  # type: ignore[misc]
    """The storage of django-storages, whose failures are OSErrors as those of a folder."""

    def __init__(self, *, public_url: str, **settings: Any) -> None:
        """`public_url`: the address at which everybody may read the bucket's files, without a slash at its end."""
        super().__init__(
            **settings,
            client_config=_PATIENCE,
            default_acl=None,
            file_overwrite=True,
            object_parameters={"CacheControl": "public, max-age=31536000, immutable"},
        )
        self.public_url = public_url

    def url(self, name: str | None, *args: Any, **kwargs: Any) -> str:
        """The file's public address."""
        return f"{self.public_url}/{name}"

    def _save(self, name: str, content: File[Any]) -> str:
        with _as_os_errors():
            return str(super()._save(name, content))

    def delete(self, name: str) -> None:
        """Delete a file; one that is not there is no error."""
        with _as_os_errors():
            super().delete(name)

    def check(self) -> None:
        """ImproperlyConfigured when the bucket cannot be used with these settings; OSError when nobody answers."""
        try:
            self.connection.meta.client.head_bucket(Bucket=self.bucket_name)
        except (NoConnection, HTTPClientError) as error:
            raise OSError(redact(str(error))) from error
        except ClientError as error:
            status = error.response["ResponseMetadata"]["HTTPStatusCode"]
            if status >= 500:
                raise OSError(redact(str(error))) from error
            raise _wrong(f"its service answers {status}") from error
        except BotoCoreError as error:
            raise _wrong(redact(str(error))) from error


def _wrong(reason: str) -> ImproperlyConfigured:
    return ImproperlyConfigured(
        f"The bucket of DUITPOS_MEDIA_S3_BUCKET cannot be used: {' '.join(reason.split()).rstrip('.')}."
        " Check its name and region, and that the key may use it."
    )


@contextmanager
def _as_os_errors() -> Iterator[None]:
    try:
        yield
    except (BotoCoreError, ClientError) as error:
        raise OSError(redact(str(error))) from error
