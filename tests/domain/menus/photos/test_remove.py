"""Photos that no dish has are removed after a day; one in use never is."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.core.files.storage import storages

from duitpos.domain.menus.photos import remove
from duitpos.domain.menus.photos.files import file_names
from duitpos.domain.menus.photos.folder import Folder
from duitpos.domain.menus.photos.store import remove_photo, set_photo
from duitpos.domain.sweep.purge import Purged, never, purge
from duitpos.kit.clock import now
from duitpos.models import MenuItem, MenuPhoto
from tests.domain.menus.photos.pictures import a_jpeg
from tests.support.restaurant import Restaurant, a_restaurant, an_item

pytestmark = pytest.mark.django_db


@pytest.fixture
def kopi() -> Restaurant:
    return a_restaurant()


def stored(photo: MenuPhoto) -> set[bool]:
    return {storages["photos"].exists(name) for name in file_names(photo)}


def make_old(kopi: Restaurant) -> None:
    """As if every photo had been uploaded longer ago than unused ones are kept."""
    MenuPhoto.objects.filter(tenant=kopi.tenant).update(created_at=now() - timedelta(days=1, seconds=1))


def an_unused_photo(kopi: Restaurant) -> MenuPhoto:
    item = an_item(kopi.tenant)
    photo = set_photo(kopi.owner, item.id, a_jpeg(), None)
    remove_photo(kopi.owner, item.id, photo.id)
    return photo


def test_an_unused_photo_is_removed_after_a_day(kopi: Restaurant) -> None:
    photo = an_unused_photo(kopi)
    assert purge() == Purged()
    assert stored(photo) == {True}
    make_old(kopi)
    assert purge() == Purged(photos=1)
    assert stored(photo) == {False}
    assert purge() == Purged()


def test_a_photo_in_use_stays(kopi: Restaurant) -> None:
    """Also that of an archived dish, which may come back."""
    shared, archived = an_item(kopi.tenant, "Kopi"), an_item(kopi.tenant, "Teh")
    photo = set_photo(kopi.owner, shared.id, a_jpeg(), None)
    set_photo(kopi.owner, archived.id, a_jpeg(), None)
    remove_photo(kopi.owner, shared.id, photo.id)
    MenuItem.objects.filter(tenant=kopi.tenant, id=archived.id).update(archived_at=now())
    make_old(kopi)
    assert purge() == Purged()
    assert stored(photo) == {True}


def test_a_photo_of_another_restaurant_does_not_keep_it(kopi: Restaurant) -> None:
    photo = an_unused_photo(kopi)
    teh = a_restaurant("teh")
    theirs = set_photo(teh.owner, an_item(teh.tenant).id, a_jpeg(), None)
    make_old(kopi)
    make_old(teh)
    assert purge() == Purged(photos=1)
    assert (stored(photo), stored(theirs)) == ({False}, {True})


def test_uploading_it_again_keeps_it_another_day(kopi: Restaurant) -> None:
    photo = an_unused_photo(kopi)
    make_old(kopi)
    item = an_item(kopi.tenant)
    assert set_photo(kopi.owner, item.id, a_jpeg(), None) == photo
    remove_photo(kopi.owner, item.id, photo.id)
    assert purge() == Purged()


def test_after_its_removal_the_same_picture_has_another_name(kopi: Restaurant) -> None:
    """So that deletion that is still going on somewhere cannot hit its new files."""
    names = []
    for _ in range(3):
        photo = an_unused_photo(kopi)
        names.append(photo.digest)
        assert stored(photo) == {True}
        make_old(kopi)
        assert purge() == Purged(photos=1)
    assert len(set(names)) == 3


def test_what_could_not_be_deleted_is_deleted_the_next_time(
    kopi: Restaurant, monkeypatch: pytest.MonkeyPatch
) -> None:
    photo = an_unused_photo(kopi)
    make_old(kopi)
    deleted: list[str] = []

    def delete(self: Folder, name: str) -> None:
        deleted.append(name)
        if len(deleted) == 3:
            raise PermissionError(13, "Permission denied", name)

    with monkeypatch.context() as patch:
        patch.setattr(Folder, "delete", delete)
        assert purge().errors == 1
    assert purge() == Purged()
    assert stored(photo) == {False}


def test_a_purge_that_is_stopped_leaves_the_rest(kopi: Restaurant) -> None:
    photo = an_unused_photo(kopi)
    make_old(kopi)
    assert remove.remove_unused_photos(kopi.tenant.id, lambda: True) == 0
    assert stored(photo) == {True}
    assert remove.remove_unused_photos(kopi.tenant.id, never) == 1
