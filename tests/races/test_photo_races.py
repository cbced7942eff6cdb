"""A photo that is removed while it is used again keeps its files."""

from __future__ import annotations

import threading
from datetime import timedelta
from typing import Any

import pytest
from django.core.files.storage import storages

from duitpos.domain.menus.photos import remove
from duitpos.domain.menus.photos.files import file_names
from duitpos.domain.menus.photos.folder import Folder
from duitpos.domain.menus.photos.store import remove_photo, set_photo
from duitpos.domain.sweep.purge import Purged, purge
from duitpos.kit.clock import now
from duitpos.models import MenuItem, MenuPhoto
from tests.domain.menus.photos.pictures import a_jpeg
from tests.support.at_once import at_once
from tests.support.restaurant import Restaurant, a_restaurant, an_item

pytestmark = [pytest.mark.races, pytest.mark.django_db(transaction=True)]


def an_old_unused_photo(kopi: Restaurant, item: MenuItem) -> MenuPhoto:
    photo = set_photo(kopi.owner, item.id, a_jpeg(240, 240), None)
    remove_photo(kopi.owner, item.id, photo.id)
    MenuPhoto.objects.filter(tenant=kopi.tenant, id=photo.id).update(created_at=now() - timedelta(days=2))
    return photo


def files_of(item: MenuItem) -> set[bool]:
    photo = MenuItem.objects.select_related("photo").get(tenant_id=item.tenant_id, id=item.id).photo
    assert photo is not None
    return {storages["photos"].exists(name) for name in file_names(photo)}


def test_uploads_and_purges_at_once() -> None:
    kopi = a_restaurant()
    items = [an_item(kopi.tenant, f"Dish {number}") for number in range(3)]
    for _ in range(5):
        an_old_unused_photo(kopi, items[0])

        def upload(item: MenuItem) -> Any:
            return lambda: set_photo(kopi.owner, item.id, a_jpeg(240, 240), None)

        results = at_once([purge, upload(items[0]), purge, upload(items[1]), purge, upload(items[2])])
        assert sum(one.errors for one in results[::2]) == 0
        for item, photo in zip(items, results[1::2], strict=True):
            assert files_of(item) == {True}
            remove_photo(kopi.owner, item.id, photo.id)


def test_an_upload_while_the_files_are_being_deleted(monkeypatch: pytest.MonkeyPatch) -> None:
    kopi = a_restaurant()
    item = an_item(kopi.tenant)
    an_old_unused_photo(kopi, item)
    is_deleting, is_uploaded = threading.Event(), threading.Event()
    delete = Folder.delete

    def slow(self: Folder, name: str) -> None:
        is_deleting.set()
        assert is_uploaded.wait(30)
        delete(self, name)

    monkeypatch.setattr(Folder, "delete", slow)

    def upload() -> None:
        assert is_deleting.wait(30)
        try:
            set_photo(kopi.owner, item.id, a_jpeg(240, 240), None)
        finally:
            is_uploaded.set()

    purged, _ = at_once([purge, upload])
    assert purged.photos == 1
    assert files_of(item) == {True}


def test_the_database_refuses_to_remove_a_photo_that_a_copied_dish_has(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The purge's statement began before the copy was committed, so it saw no dish with this photo."""
    kopi = a_restaurant()
    item = an_item(kopi.tenant)
    photo = an_old_unused_photo(kopi, item)
    MenuItem.objects.filter(tenant=kopi.tenant, id=item.id).update(photo_id=photo.id)
    monkeypatch.setattr(remove, "_unused", lambda tenant_id: MenuPhoto.objects.filter(tenant_id=tenant_id))
    assert purge() == Purged()
    assert files_of(item) == {True}
