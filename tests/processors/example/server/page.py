"""The HTML of the payment page. It works without script and loads nothing."""

from __future__ import annotations

import base64
import hashlib
from html import escape

from .actions import BANKS
from .amounts import from_sen
from .bills import Bill, BillState
from .messages import Answer
from .state import Merchant

_STYLE = """
:root { color-scheme: light dark; --ground: light-dark(#fff8ef, #1c1712); --card: light-dark(#fff, #2a231c);
  --ink: light-dark(#2b2118, #f4ece2); --line: light-dark(#8a7a68, #8f8170); --act: light-dark(#8a3b00, #ffb570);
  --on: light-dark(#fff, #1c1712); }
* { box-sizing: border-box; }
body { margin: 0; background: var(--ground); color: var(--ink); font: 17px/1.5 system-ui, sans-serif; }
main { max-width: 480px; margin: 0 auto; padding: 20px 16px 40px; }
h1 { font-size: 24px; margin: 0 0 12px; color: var(--act); }
h2 { font-size: 18px; margin: 0 0 4px; }
p { margin: 0 0 12px; overflow-wrap: anywhere; }
.amount { font-size: 34px; font-weight: 700; line-height: 1.2; margin: 0; }
.card { background: var(--card); border: 1px solid var(--line); border-radius: 14px; padding: 16px; margin: 0 0 16px; }
.note { border-width: 3px; font-weight: 600; }
label { display: block; font-weight: 600; margin: 4px 0; }
select, button { display: block; width: 100%; min-height: 50px; padding: 10px 14px; font: inherit; border-radius: 10px;
  border: 1px solid var(--line); background: var(--ground); color: var(--ink); margin: 0 0 12px; }
button { border: 2px solid var(--act); color: var(--act); font-weight: 600; cursor: pointer; background: none; }
button.first { background: var(--act); color: var(--on); }
:focus-visible { outline: 3px solid var(--act); outline-offset: 2px; }
"""
_SCRIPT = "document.forms[0].submit()"


def _hash(text: str) -> str:
    return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"


# No form-action: the way back to the shop is a form.
HEADERS = {
    "Content-Security-Policy": (
        f"default-src 'none'; style-src {_hash(_STYLE)}; script-src {_hash(_SCRIPT)}; "
        "base-uri 'none'; frame-ancestors 'none'"
    ),
    "Cache-Control": "no-store",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
}

_STATES = {
    BillState.DUE: "To be paid",
    BillState.HELD: "Your money is held. The shop has not got it yet.",
    BillState.WAITING_BANK: "Your bank has not answered yet.",
    BillState.PAID: "This bill is paid.",
    BillState.FAILED: "This bill was not paid.",
}


def _page(title: str, content: str, status: int = 200) -> Answer:
    text = (
        '<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>{escape(title)} | Kedai Pay</title>\n<style>{_STYLE}</style>\n</head>\n"
        f"<body>\n<main>\n<h1>Kedai Pay</h1>\n{content}</main>\n</body>\n</html>\n"
    )
    return Answer(status, text.encode(), "text/html; charset=utf-8", HEADERS)


def _hidden(**fields: str) -> str:
    return "".join(
        f'<input type="hidden" name="{name}" value="{escape(value)}">\n' for name, value in fields.items()
    )


def unknown() -> Answer:
    """The page for a bill or an address that does not exist."""
    return _page("Not found", "<p>There is no such bill here. Please go back to the shop.</p>\n", 404)


def show(bill: Bill, merchant: Merchant, note: str = "") -> Answer:
    """The bill with everything that can be done about it."""
    test = "<p><strong>Test bill: no real money moves.</strong></p>\n" if bill.is_test else ""
    said = f'<p class="card note" role="alert">{escape(note)}</p>\n' if note else ""
    content = (
        f'{said}<div class="card">\n<p>{escape(merchant.name)}</p>\n'
        f'<p class="amount">RM {from_sen(bill.amount_sen)}</p>\n<p>{escape(bill.description)}</p>\n{test}'
        f"<p>{_STATES[bill.state]}</p>\n</div>\n"
    )
    if bill.state is BillState.DUE:
        content += _ways_to_pay(bill) + _ways_to_end(bill)
    elif bill.state is BillState.PAID:
        content += (
            '<h2>Pay again</h2>\n<p id="again">This takes the money a second time.</p>\n' + _ways_to_pay(bill)
        )
    return _page(f"RM {from_sen(bill.amount_sen)}", content + _back_form(bill))


def _form(bill: Bill, label: str, inside: str) -> str:
    again = _hidden(again="yes") if bill.state is BillState.PAID else ""
    fields = _hidden(bill=bill.id, token=bill.token) + again
    return f'<form class="card" method="post" action="/pay" aria-label="{label}">\n{fields}{inside}</form>\n'


def _ways_to_pay(bill: Bill) -> str:
    options = "".join(f"<option>{escape(bank)}</option>\n" for bank in BANKS)
    fpx = (
        f'<label for="bank">Your bank</label>\n<select id="bank" name="bank">\n{options}</select>\n'
        '<button class="first" name="choose" value="fpx">Pay by FPX</button>\n'
    )
    wallet = '<button class="first" name="choose" value="ewallet">Pay by e-wallet</button>\n'
    return _form(bill, "FPX", fpx) + _form(bill, "E-wallet", wallet)


def _ways_to_end(bill: Bill) -> str:
    """Buttons for what a real bank would decide."""
    buttons = (("refuse", "The bank refuses"), ("later", "Pay later by bank"), ("hold", "Hold the money"))
    inside = "".join(f'<button name="choose" value="{value}">{label}</button>\n' for value, label in buttons)
    return _form(bill, "What the bank does", f"<h2>What the bank does</h2>\n{inside}")


def _back_form(bill: Bill) -> str:
    fields = _hidden(bill=bill.id, state=bill.state.value)
    return (
        f'<form method="post" action="{escape(bill.return_url)}">\n{fields}'
        "<button>Back to the shop</button>\n</form>\n"
    )


def go_back(bill: Bill) -> Answer:
    """A page whose only form leads to the shop, by itself where script runs."""
    content = f"<p>{_STATES[bill.state]}</p>\n{_back_form(bill)}<script>{_SCRIPT}</script>\n"
    return _page("Back to the shop", content)
