"""The page of a webhook: made, proved and shown, with the Stripe sandbox."""

from __future__ import annotations

from duitpos.dashboard.texts.webhook import FOUND, MADE, STATES, WORDS
from duitpos.dashboard.views.webhook import ACTIONS
from duitpos.domain.processor_accounts.webhooks.judge import WebhookFinding, WebhookState
from tests.dashboard.client import Dashboard
from tests.support.shop import Shop


def test_every_code_has_its_text() -> None:
    assert set(FOUND) == set(WebhookFinding)
    assert set(STATES) == set(WORDS) == set(WebhookState)
    assert set(MADE) == set(ACTIONS)


def test_the_owner_makes_it_in_one_click_and_sees_the_proof(busy_dashboard: Dashboard, shop: Shop) -> None:
    where = (shop.account.payment_type_id, shop.account.id)
    assert busy_dashboard.post("webhook_action", *where, "repair").status_code == 302
    shop.sandbox.idle()
    page = busy_dashboard.page("webhook", *where)
    assert "The webhook works: signed deliveries arrive." in page
    assert "Last test event came back" in page
    assert shop.webhook_url in page
    assert "whsec_" not in page


def test_an_unknown_action_is_not_found(busy_dashboard: Dashboard, shop: Shop) -> None:
    where = (shop.account.payment_type_id, shop.account.id)
    assert busy_dashboard.post("webhook_action", *where, "nonsense").status_code == 404
