"""A dish's photo: see it, replace it, remove it."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from duitpos.dashboard.access import staff
from duitpos.dashboard.forms.photos import PhotoForm, RemoveForm
from duitpos.dashboard.page import page
from duitpos.dashboard.texts.errors import error_text
from duitpos.domain.errors import Conflict, Invalid, Unavailable
from duitpos.domain.menus.photos.store import item_with_photo, remove_photo, set_photo
from duitpos.domain.people.roles import Can
from duitpos.domain.people.staff import Staff
from duitpos.models import MenuItem


@require_http_methods(["GET", "HEAD", "POST"])
@staff(Can.EDIT_MENU)
def menu_photo(request: HttpRequest, staff: Staff, item_id: UUID) -> HttpResponse:
    """Show the photo and a form for another one; save the picture that was sent."""
    item = item_with_photo(staff.tenant.id, item_id)
    form = PhotoForm(request.POST, request.FILES) if request.method == "POST" else None
    if form and form.is_valid():
        data = form.cleaned_data
        try:
            set_photo(staff.member, item_id, data["picture"].read(), data["shown"])
        except (Conflict, Invalid, Unavailable) as error:
            form.add_error("picture", error_text(error))
        else:
            messages.success(request, _("%(name)s has a new photo. Guests see it now.") % {"name": item.name})
            return redirect("dashboard:menu_photo", staff.tenant.slug, item_id)
    return _page(request, staff, item, form)


@require_http_methods(["POST"])
@staff(Can.EDIT_MENU)
def remove_menu_photo(request: HttpRequest, staff: Staff, item_id: UUID) -> HttpResponse:
    """Take the photo away."""
    item = item_with_photo(staff.tenant.id, item_id)
    form = RemoveForm(request.POST)
    if form.is_valid():
        try:
            remove_photo(staff.member, item_id, form.cleaned_data["shown"])
        except Conflict as error:
            messages.error(request, error_text(error))
        else:
            messages.success(request, _("%(name)s has no photo any more.") % {"name": item.name})
    return redirect("dashboard:menu_photo", staff.tenant.slug, item_id)


def _page(request: HttpRequest, staff: Staff, item: MenuItem, form: PhotoForm | None) -> HttpResponse:
    # Read again: after a conflict the item has another photo, which the next attempt then replaces.
    photo = item_with_photo(staff.tenant.id, item.id).photo
    context = {"item": item, "photo": photo, "form": form or PhotoForm()}
    return page(request, staff, "dashboard/menu_photo.html", context, here="menu")
