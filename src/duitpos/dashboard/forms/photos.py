"""The form with which a dish gets a photo."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

from duitpos.domain.menus.photos.files import MOST_BYTES
from duitpos.web.forms import PlainForm


class PhotoForm(PlainForm):
    """A picture, and the photo that the page showed when it was chosen."""

    picture = forms.FileField(
        label=_("Picture"),
        help_text=_(
            "Choose a file or drop it here: JPEG, PNG, WebP, AVIF or GIF, up to 10 MB."
            " Where it was taken is not stored."
        ),
        error_messages={
            "required": _("Choose a picture first."),
            "empty": _("This file is empty. Choose another."),
        },
        widget=forms.FileInput(
            attrs={
                # Named one by one: an iPhone then sends a JPEG instead of its own format.
                "accept": "image/jpeg,image/png,image/webp,image/avif,image/gif",
                "data-most": MOST_BYTES,
                "data-too-heavy": _("This picture has more than 10 MB. Save it smaller, or choose another."),
            }
        ),
    )
    shown = forms.UUIDField(required=False, widget=forms.HiddenInput)


class RemoveForm(PlainForm):
    """The photo to take away."""

    shown = forms.UUIDField(widget=forms.HiddenInput)
