"""Parameters of PaymentIntents."""

from stripe_sandbox.params.fields import Expandable


class RetrieveIntent(Expandable):
    client_secret: str | None = None
