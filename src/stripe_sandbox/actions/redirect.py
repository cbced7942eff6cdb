"""The redirect back to the shop after a payment."""

from stripe_sandbox.actions.payments import Outcome
from stripe_sandbox.sandbox import Sandbox
from stripe_sandbox.store import Record


def success_url(session: Record) -> str:
    """Where the payer goes after paying, with the session's id filled in."""
    return str(session.obj["success_url"]).replace("{CHECKOUT_SESSION_ID}", session.id)


async def wait_before_redirect(sandbox: Sandbox, outcome: Outcome) -> None:
    """Wait as Stripe does: until the `completed` event was answered, or `redirect_wait_seconds` have passed."""
    sandbox.flush()
    if outcome.event is not None:
        await sandbox.deliveries.wait_answered(outcome.event, sandbox.settings.redirect_wait_seconds)
