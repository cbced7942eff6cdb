"""The form that says how a location's orders reach the guests."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

from duitpos.models.tenant import ServiceStyle, UnpaidOrders
from duitpos.web.forms import PlainForm


class ServiceForm(PlainForm):
    """A location's service style."""

    style = forms.ChoiceField(
        label=_("How orders reach the guests"),
        choices=[
            (ServiceStyle.BROUGHT, _("We bring them to the table")),
            (ServiceStyle.COLLECTED, _("Guests collect them at the counter")),
        ],
        help_text=_("Guests read it while they wait for their order."),
    )
    unpaid = forms.ChoiceField(
        label=_("Paying at the counter"),
        required=False,
        choices=[
            (UnpaidOrders.OFF, _("Not from the phone: guests pay online")),
            (
                UnpaidOrders.AFTER_PAYMENT,
                _("Guests send the order; the kitchen gets it when staff press Paid"),
            ),
            (UnpaidOrders.AT_ONCE, _("Guests send the order; the kitchen gets it at once, marked unpaid")),
        ],
        help_text=_(
            "Guests choose among the payment types that staff confirm and that are on guests' phones here."
        ),
    )
