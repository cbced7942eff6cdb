"""Confirmation forms for actions that cannot be undone."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from django import forms
from django.utils.translation import gettext_lazy as _

from duitpos.web.forms import PlainForm


class ReasonForm(PlainForm):
    """The reason, which the order's timeline shows."""

    reason = forms.CharField(
        label=_("Reason"),
        max_length=200,
        help_text=_("Kept in the order's history; the guest does not see it."),
    )


class CancelForm(ReasonForm):
    """The reason, and whether to refund the money now."""

    refund = forms.BooleanField(label=_("Refund now"), required=False, initial=True)

    def __init__(self, *args: Any, amount: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if amount:
            self.fields["refund"].label = _("Refund %(amount)s now") % {"amount": amount}
            self.fields["refund"].help_text = _(
                "If not, it is kept under “Needs attention” until somebody does it."
            )
        else:
            del self.fields["refund"]


class ActForm(PlainForm):
    """A note about an alert."""

    reason = forms.CharField(label=_("Note"), max_length=200, required=False)

    def __init__(self, *args: Any, must_say_why: bool = False, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if must_say_why:
            self.fields["reason"].label = _("Reason")
            self.fields["reason"].required = True


class LinkForm(PlainForm):
    """Choose the order that a payment belongs to."""

    def __init__(self, *args: Any, orders: Iterable[tuple[UUID, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices = [(str(id_), label) for id_, label in orders]
        self.fields["order"] = forms.ChoiceField(label=_("Order"), choices=choices)
