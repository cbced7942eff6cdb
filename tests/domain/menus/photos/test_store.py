"""A dish gets a photo: its files are stored first, and nobody else's change is overwritten."""

from __future__ import annotations

from pathlib import Path

import pytest
from django.core.files.storage import storages

from duitpos.domain.errors import Code, Conflict, Forbidden, Gone, Invalid, Unavailable
from duitpos.domain.menus.photos.files import file_names, photo_url
from duitpos.domain.menus.photos.folder import Folder
from duitpos.domain.menus.photos.store import remove_photo, set_photo
from duitpos.domain.menus.read import menu_of
from duitpos.kit.clock import now
from duitpos.models import Location, MenuItem, MenuPhoto
from tests.domain.menus.photos.pictures import a_jpeg
from tests.support.restaurant import Restaurant, a_location, a_member, a_restaurant, an_item

pytestmark = pytest.mark.django_db


@pytest.fixture
def kopi() -> Restaurant:
    return a_restaurant()


def stored(photo: MenuPhoto) -> list[bool]:
    return [storages["photos"].exists(name) for name in file_names(photo)]


def versions(kopi: Restaurant) -> list[int]:
    places = Location.objects.filter(tenant=kopi.tenant).order_by("id")
    return list(places.values_list("menu_version", flat=True))


def fresh(item: MenuItem) -> MenuItem:
    return MenuItem.objects.select_related("photo").get(tenant_id=item.tenant_id, id=item.id)


def test_guests_of_every_location_see_it(kopi: Restaurant) -> None:
    item = an_item(kopi.tenant)
    a_location(kopi.tenant, "penang")
    before = versions(kopi)
    photo = set_photo(kopi.owner, item.id, a_jpeg(), None)
    assert (photo.width, photo.height) == (800, 600)
    assert stored(photo) == [True] * 9
    [shown] = menu_of(kopi.tenant, kopi.location).items()
    assert shown.photo == photo
    assert fresh(item).version == item.version + 1
    assert versions(kopi) == [version + 1 for version in before]
    assert photo_url(photo, 480, "avif") == f"/media/{kopi.tenant.id.hex}/{photo.digest}-480.avif"


def test_files_are_private_and_whole_and_replaced(kopi: Restaurant) -> None:
    item = an_item(kopi.tenant)
    photo = set_photo(kopi.owner, item.id, a_jpeg(), None)
    path = Path(storages["photos"].path(file_names(photo)[0]))
    assert path.stat().st_mode & 0o777 == 0o600
    assert path.parent.stat().st_mode & 0o777 == 0o700
    content = path.read_bytes()
    path.write_bytes(b"cut off by a crash")
    set_photo(kopi.owner, item.id, a_jpeg(), photo.id)
    assert path.read_bytes() == content
    assert sorted(one.name for one in path.parent.iterdir()) == sorted(
        name.split("/")[1] for name in file_names(photo)
    )


def test_the_same_picture_is_one_photo_of_a_restaurant(kopi: Restaurant) -> None:
    one, other = an_item(kopi.tenant, "Kopi"), an_item(kopi.tenant, "Teh")
    photos = [set_photo(kopi.owner, item.id, a_jpeg(), None) for item in (one, other)]
    assert photos[0] == photos[1]
    assert MenuPhoto.objects.filter(tenant=kopi.tenant).count() == 1
    teh = a_restaurant("teh")
    theirs = set_photo(teh.owner, an_item(teh.tenant).id, a_jpeg(), None)
    assert theirs.digest == photos[0].digest
    assert photo_url(theirs, 240, "jpeg") != photo_url(photos[0], 240, "jpeg")


def test_a_photo_is_replaced_and_removed(kopi: Restaurant) -> None:
    item = an_item(kopi.tenant)
    first = set_photo(kopi.owner, item.id, a_jpeg(), None)
    second = set_photo(kopi.owner, item.id, a_jpeg(801), first.id)
    assert fresh(item).photo == second
    before = versions(kopi)
    remove_photo(kopi.owner, item.id, second.id)
    assert fresh(item).photo is None
    assert fresh(item).version == item.version + 3
    assert versions(kopi) == [before[0] + 1]
    assert stored(second) == [True] * 9, "open pages show it"


def test_nobody_overwrites_what_they_did_not_see(kopi: Restaurant) -> None:
    item = an_item(kopi.tenant)
    first = set_photo(kopi.owner, item.id, a_jpeg(), None)
    for attempt in (
        lambda: set_photo(kopi.owner, item.id, a_jpeg(801), None),
        lambda: set_photo(kopi.owner, item.id, a_jpeg(801), an_item(kopi.tenant).id),
        lambda: remove_photo(kopi.owner, item.id, an_item(kopi.tenant).id),
    ):
        with pytest.raises(Conflict, match="photo_changed"):
            attempt()
    assert fresh(item).photo == first


def test_only_dishes_on_the_menu_of_this_restaurant(kopi: Restaurant) -> None:
    archived = an_item(kopi.tenant, archived_at=now())
    theirs = an_item(a_restaurant("teh").tenant)
    for item in (archived, theirs):
        with pytest.raises(Gone):
            set_photo(kopi.owner, item.id, a_jpeg(), None)
        with pytest.raises(Gone):
            remove_photo(kopi.owner, item.id, item.id)
    assert not MenuPhoto.objects.filter(tenant=kopi.tenant).exists()


@pytest.mark.parametrize("role", ["cashier", "kitchen"])
def test_only_who_may_edit_the_menu(kopi: Restaurant, role: str) -> None:
    item, member = an_item(kopi.tenant), a_member(kopi.tenant, role)
    with pytest.raises(Forbidden):
        set_photo(member, item.id, a_jpeg(), None)
    with pytest.raises(Forbidden):
        remove_photo(member, item.id, item.id)


def test_a_bad_picture_changes_nothing(kopi: Restaurant) -> None:
    item = an_item(kopi.tenant)
    first = set_photo(kopi.owner, item.id, a_jpeg(), None)
    with pytest.raises(Invalid):
        set_photo(kopi.owner, item.id, b"Nasi lemak", first.id)
    assert fresh(item).photo == first
    assert fresh(item).version == item.version + 1


def test_a_full_disk_changes_nothing_and_a_later_try_succeeds(
    kopi: Restaurant, monkeypatch: pytest.MonkeyPatch
) -> None:
    item, written = an_item(kopi.tenant), []

    def save(self: Folder, name: str, content: object) -> str:
        written.append(name)
        if len(written) == 4:
            raise OSError(28, "No space left on device")
        return name

    with monkeypatch.context() as patch:
        patch.setattr(Folder, "_save", save)
        with pytest.raises(Unavailable) as raised:
            set_photo(kopi.owner, item.id, a_jpeg(), None)
    assert raised.value.code == Code.PHOTO_NOT_STORED
    assert fresh(item).photo is None
    assert fresh(item).version == item.version
    assert stored(set_photo(kopi.owner, item.id, a_jpeg(), None)) == [True] * 9
