"""Errors that only the pages of other staff meet."""

from __future__ import annotations

from collections.abc import Mapping

from django.utils.translation import gettext_lazy as _

from duitpos.domain.errors import Code
from duitpos.domain.people.roles import Can
from duitpos.web.sentences import ByFact, Sentence
from duitpos.web.texts.locations import LOCATIONS
from duitpos.web.texts.menu_files import FILE_REFUSED

STAFF: Mapping[Code, Sentence] = {
    Code.SIGN_IN_UNAVAILABLE: _(
        "Nobody can sign in right now. Ask whoever runs this site: it was written to the log."
    ),
    Code.ROLE_MAY_NOT: ByFact(
        "can",
        {
            Can.SEE_ORDERS: _("With your role you cannot see the orders. Ask the owner or a manager."),
            Can.WORK_ORDERS: _(
                "With your role you cannot move orders on the kitchen board. Ask the owner or a manager."
            ),
            Can.TAKE_PAYMENT: _("With your role you cannot take payments. Ask the owner or a manager."),
            Can.CHECK_PAYMENT: _("With your role you cannot check a payment. Ask the owner or a manager."),
            Can.CANCEL_ORDER: _("With your role you cannot cancel an order. Ask the owner or a manager."),
            Can.REFUND: _("With your role you cannot refund a payment. Ask the owner or a manager."),
            Can.SET_REFUND_LIMITS: _(
                "With your role you cannot change who may refund how much. Ask the owner."
            ),
            Can.RESOLVE_ALERTS: _(
                "With your role you cannot settle what needs attention. Ask the owner or a manager."
            ),
            Can.SET_UP_PAYMENTS: _(
                "With your role you cannot change payment types and their keys. Ask the owner."
            ),
            Can.SET_UP_TABLES: _(
                "With your role you cannot change tables and their codes. Ask the owner or a manager."
            ),
            Can.SEE_KITCHEN: _(
                "With your role you cannot see the kitchen board. Ask the owner or a manager."
            ),
            Can.SET_STOCK: _(
                "With your role you cannot change what is in stock. Ask the owner or a manager."
            ),
            Can.PAUSE: _("With your role you cannot pause a location. Ask the owner or a manager."),
            Can.ANSWER_CALLS: _(
                "With your role you cannot answer guests' calls. Ask the owner or a manager."
            ),
            Can.EDIT_MENU: _("With your role you cannot change the menu. Ask the owner or a manager."),
            Can.SEE_REPORTS: _("With your role you cannot see the reports. Ask the owner or a manager."),
            Can.SET_UP_REPORTS: _(
                "With your role you cannot change which reports are mailed. Ask the owner."
            ),
            Can.MANAGE_PEOPLE: _("With your role you cannot change who works here. Ask the owner."),
            Can.SEE_CHANGES: _("With your role you cannot see who changed what. Ask the owner or a manager."),
            Can.SET_UP_LOCATIONS: _("With your role you cannot change a location. Ask the owner."),
            Can.SET_HOURS: _("With your role you cannot change the hours. Ask the owner or a manager."),
        },
    ),
    **LOCATIONS,
    Code.LOCATION_UNKNOWN: _("There is no such location."),
    Code.STOCK_STATUS_UNKNOWN: _("Choose in stock, limited or out of stock."),
    Code.GROUP_UNKNOWN: _("There is no such group of choices any more."),
    Code.GROUP_CHANGED: _("Somebody else changed this group at the same moment. Look at it, and save again."),
    Code.GROUP_WRONG: _("Nothing was saved. Correct what is marked below."),
    Code.GROUP_IN_USE: _(
        "“%(name)s” was not deleted: dishes have it (%(dishes)s). Take it from its dishes first."
    ),
    Code.MODIFIER_UNKNOWN: _("There is no such choice in this group any more."),
    Code.PRICES_UNREADABLE: _("This preview cannot be read. No price was changed: make a new one."),
    Code.PRICES_TOO_MANY: _(
        "That is more than %(most)s dishes at once. No price was changed: choose some sections."
    ),
    Code.PHOTO_UNKNOWN: _(
        "This file is not a picture that can be shown here. Choose a JPEG, PNG, WebP, AVIF or GIF file."
    ),
    Code.PHOTO_HEIC: _(
        "This is a HEIC picture, which most phones and computers cannot show. Save it as JPEG and choose that:"
        " an iPhone takes JPEG pictures with Settings, Camera, Formats, “Most Compatible”."
    ),
    Code.PHOTO_BROKEN: _(
        "This picture is incomplete or damaged. Open it to see whether it is whole, or choose another."
    ),
    Code.PHOTO_TOO_HEAVY: _("This picture has more than %(most)d MB. Save it smaller, or choose another."),
    Code.PHOTO_TOO_LARGE: _(
        "This picture has more than %(most)d million pixels. Save it smaller, or choose another."
    ),
    Code.PHOTO_TOO_SMALL: _(
        "This picture has %(width)d × %(height)d pixels, which would be blurred."
        " Choose one with at least %(least)d on each side."
    ),
    Code.PHOTO_TOO_LONG: _(
        "This picture has %(width)d × %(height)d pixels. Crop it, so that its long side is at most"
        " %(most)d times its short side."
    ),
    Code.PHOTO_CHANGED: _(
        "Somebody else changed this dish's photo meanwhile. Look at it, and choose your picture again"
        " if it should replace it."
    ),
    Code.PHOTO_BUSY: _("Other pictures are being prepared. Choose yours again in a minute."),
    Code.PHOTO_NOT_STORED: _(
        "The picture could not be stored, and nothing was changed. Choose it again in a few minutes;"
        " if that fails too, ask whoever runs this site: it was written to the log."
    ),
    Code.MENU_FILE_REFUSED: FILE_REFUSED,
    Code.MENU_FILE_EXPIRED: _(
        "The file is kept for 15 minutes and only one at a time, and it is no longer here."
        " Nothing was changed: upload it again."
    ),
    Code.MENU_NOT_EMPTY: _("There are dishes on the menu already. Look at what the sample would change."),
    Code.MENU_CHANGED_MEANWHILE: _(
        "Somebody changed the menu since this preview, so nothing was imported."
        " Look at the new preview, and import again."
    ),
    Code.SECTION_UNKNOWN: _("There is no such section any more."),
    Code.ITEM_GROUP_UNKNOWN: _("There is no such group of choices any more."),
    Code.ITEM_GROUP_TWICE: _("The same group of choices is chosen twice. Leave one of the two empty."),
    Code.ITEM_CHANGED: _("Somebody else changed this dish at the same moment. Look at it, and save again."),
    Code.SECTION_CHANGED: _(
        "Somebody else changed this section at the same moment. Look at it, and save again."
    ),
    Code.MENU_ORDER_CHANGED: _(
        "Somebody else is changing the order of the menu at this moment. Nothing was moved: try again."
    ),
    Code.MENU_NAME_EMPTY: _("Write a name."),
    Code.MENU_TEXT_LONG: _("Use at most %(most)s characters: these are %(length)s."),
    Code.TAX_CLASS_UNKNOWN: _("Choose one of the tax rates."),
    Code.SERVED_ON_NO_DAY: _("Choose at least one day. To take it off the menu, archive it."),
    Code.PRICE_UNREADABLE: _("Write the price as a number, such as %(example)s."),
    Code.PRICE_NEGATIVE: _("A price cannot be below zero. Write it without the minus."),
    Code.PRICE_TOO_PRECISE: _("A price in %(currency)s has at most %(places)s decimals: round it."),
    Code.PRICE_TOO_HIGH: _("The highest price is %(highest)s. Look for a digit too many."),
    Code.PRICE_OF_ANOTHER_CURRENCY: _("This location sells in another currency. Leave its price empty."),
    Code.TABLE_UNKNOWN: _("There is no such table."),
    Code.TABLE_NAME_WRONG: _("A table needs a name of at most 40 characters; its area has at most 60."),
    Code.TABLE_NAME_TAKEN: _("%(location)s already has a table “%(name)s”."),
    Code.TABLE_RANGE_BACKWARDS: _("“%(range)s” runs backwards: write the lower number first."),
    Code.TOO_MANY_TABLES: _("At most %(most)s tables at once: add the rest afterwards."),
    Code.TABLE_CHANGED: _(
        "Somebody changed this table meanwhile. It is shown as it is now: change it again."
    ),
    Code.PAYMENT_UNKNOWN: _("There is no such payment."),
    Code.REASON_MISSING: _("Say why it is canceled: the guest may ask."),
    Code.GUEST_IS_PAYING: _("The guest is paying for this order at this moment. Look at it again."),
    Code.GUEST_HAS_PAID: _("The guest has just paid. Look at the order again."),
    Code.BANK_IS_PROCESSING: _(
        "The payment is being processed by the guest's bank, so the order was not canceled."
        " Cancel it once the bank has answered."
    ),
    Code.CANCEL_UNSURE: _(
        "The processor cannot be asked whether this order is being paid, so it was not canceled."
        " Try again soon."
    ),
    Code.ORDER_NOT_CANCELABLE: _("This order can no longer be canceled. Look at it again."),
    Code.ASKED_JUST_NOW: _(
        "The processor was asked a moment ago. What it said is below; wait a few seconds before you ask again."
    ),
    Code.CHECK_NOT_ANSWERED: _(
        "The processor does not say what became of this payment. Nothing was changed."
    ),
    Code.NOTHING_TO_REFUND: _("Nothing to refund: no money has arrived for this payment."),
    Code.MONEY_DISPUTED: _(
        "The guest's bank has taken this money back in a dispute, so there is nothing here to refund."
        " Do not pay it out another way: answer the dispute at the processor, or accept it there."
    ),
    Code.DISPUTE_UNKNOWN: _("There is no such dispute here."),
    Code.DISPUTE_OPEN: _(
        "The guest's bank disputes %(amount)s of this payment. Until that is decided nothing of it can be refunded:"
        " answer the dispute at the processor, or accept it there."
    ),
    Code.REFUND_UNDER_WAY: _("Somebody else is refunding this payment right now. Reload the page to see it."),
    Code.REFUND_NOT_POSSIBLE: _(
        "The processor cannot refund this payment."
        " Give the money back another way, such as in cash or by bank transfer."
    ),
    Code.REFUND_ONLY_IN_FULL: _(
        "The processor refunds this payment only as a whole, and a part has gone back already."
        " Give the rest back another way, such as in cash or by bank transfer."
    ),
    Code.REFUND_TOO_SMALL: _(
        "The processor refunds %(least)s or more, and %(left)s is left."
        " Give it back another way, such as in cash or by bank transfer."
    ),
    Code.REFUND_TOO_MUCH: _("%(asked)s is more than the %(left)s that can still be refunded."),
    Code.REFUND_PART_REFUSED: _(
        "The processor refunds this payment only as a whole. Refund all of it, or give a part back another way, such"
        " as in cash or by bank transfer."
    ),
    Code.REFUND_PART_TOO_SMALL: _("The processor refunds %(least)s or more, and this would be %(asked)s."),
    Code.REFUND_EMPTY: _("Choose an amount or a dish to refund: this would be nothing."),
    Code.REFUND_NOT_BY_LINES: _(
        "This payment has no dishes to choose from. Refund an amount of it, or all of it."
    ),
    Code.REFUND_LINES_GONE: _(
        "Some of these dishes have been refunded meanwhile. Look at the order and choose again."
    ),
    Code.REFUND_FORM_SENT: _(
        "This form has made another refund already. Look at the order, and open the form again for one more."
    ),
    Code.REFUND_LINES_ABOVE: _("These dishes come to %(lines)s, and %(amount)s was refunded. Choose fewer."),
    Code.REFUND_LINES_SAID: _("It is known already what this refund was for."),
    Code.REFUND_NOT_YOURS: ByFact(
        "who",
        {
            "owner": _("With your role you cannot refund this payment. Ask the owner."),
            "manager": _("With your role you cannot refund a payment. Ask the owner or a manager."),
        },
    ),
    Code.REFUND_ABOVE_LIMIT: ByFact(
        "who",
        {
            "owner": _(
                "With your role you can refund up to %(most)s at once, and this is %(asked)s. Ask the owner."
            ),
            "manager": _(
                "With your role you can refund up to %(most)s at once, and this is %(asked)s."
                " Ask the owner or a manager."
            ),
        },
    ),
    Code.REFUND_LIMIT_WRONG: _("Enter an amount of 0 or more for each role, or leave it empty."),
    Code.DAY_UNKNOWN: _("There is no such business day to close here."),
    Code.DAY_NOT_OVER: _("This day is not over: guests can still pay. Close it after business has closed."),
    Code.DAY_CHANGED: _("Money was booked on this day meanwhile. Look at the sums again, then close it."),
    Code.JOURNAL_NOT_READY: _("Days of this month are still being summed. Try again in a few minutes."),
    Code.DRAWER_UNREADABLE: _("Enter an amount such as 350 or 350.00."),
    Code.DRAWER_NOTE_TOO_LONG: _("Enter at most %(most)d characters."),
    Code.POLICY_UNKNOWN: _("There is no such rule. Open the page again, and choose from what it offers."),
    Code.ALERT_UNKNOWN: _("Somebody has taken care of this already, or it never was."),
    Code.ALERT_RESOLVED: _("Somebody has taken care of this already."),
    Code.ALERT_JUST_RESOLVED: _("Somebody has taken care of this already. Look at the order again."),
    Code.ACTION_NOT_OFFERED: _("This cannot be done about it."),
    Code.NO_PAYMENT_TO_REFUND: _("There is no payment to refund."),
    Code.NO_ORDER_TO_SERVE: _("There is no order to serve."),
    Code.NO_ORDER_TO_PUT_BACK: _("There is no order whose dishes could be put back."),
    Code.NO_ORDER_TO_LINK: _("Give the order that this money is for."),
    Code.MONEY_ON_ITS_WAY_BACK: _(
        "This money is on its way back to the guest, so the order cannot be served for it."
    ),
    Code.MONEY_LINKED_ALREADY: _("This money is linked to an order already, or it is on its way back."),
    Code.ORDER_IN_KITCHEN: _("This order is in the kitchen already."),
    Code.ORDER_NOT_PAYABLE: _("This order does not wait to be paid at the counter any more."),
    Code.ORDER_PAID_MEANWHILE: _(
        "This order was paid meanwhile, so nothing was recorded. If you took money for it, give it back."
    ),
    Code.TENDERED_TOO_LITTLE: _("Enter at least %(amount)s, or leave it empty if it was exact."),
    Code.TENDERED_UNREADABLE: _("Enter an amount such as 50 or 50.00."),
    Code.TYPE_NOT_AT_COUNTER: _("This payment type is not offered at the counter there. Choose another."),
    Code.TYPE_DELETED: _("This payment type was deleted meanwhile, so nothing was recorded. Choose another."),
    Code.SLIP_TOO_LONG: _("Enter at most %(most)d characters."),
    Code.TYPE_UNKNOWN: _("There is no such payment type any more."),
    Code.TYPE_KIND_UNKNOWN: _(
        "A payment is taken online, in cash, with a card terminal or with an e-wallet."
    ),
    Code.TYPE_CODE_WRONG: _("Code: up to 20 letters, digits, - and _, such as ONLINE."),
    Code.TYPE_NAME_WRONG: _("Name: up to 60 characters, as guests and staff shall read it."),
    Code.TYPE_CODE_TAKEN: _("There is a payment type with the code %(code)s already."),
    Code.TYPE_HAS_PAYMENTS: _(
        "“%(name)s” cannot be deleted: %(count)s payments were made with it, and reports and refunds need it."
        " Make it inactive instead: then nobody can choose it."
    ),
    Code.TYPE_HAS_HISTORY: _(
        "“%(name)s” cannot be deleted: its account has a history, and reports and refunds need it."
        " Make it inactive instead: then nobody can choose it."
    ),
    Code.TYPE_NEEDS_NO_PROCESSOR: _("Staff confirm what is paid with “%(type)s”: it needs no processor."),
    Code.PROCESSOR_UNKNOWN: _("There is no such processor."),
    Code.ACCOUNT_UNKNOWN: _("There is no such processor account any more."),
    Code.WEBHOOK_BUSY: _("The webhook is being repaired at this moment. Try again in a minute."),
    Code.WEBHOOK_REFUSED: _(
        "The webhook was not changed. Set it up by hand as described below, or try again later."
    ),
    Code.ACCOUNT_CHANGED: _(
        "Somebody else changed this account at the same moment. Look at it, and save again."
    ),
    Code.KEY_OF_ANOTHER_ACCOUNT: _(
        "This entry is kept for %(old)s, and the key belongs to another account."
        " Paste it into the one in use."
    ),
    Code.PASTED_KEY_REFUSED: _("Nothing was saved."),
    Code.CREDENTIALS_WRONG: _("What was pasted cannot be a key. Nothing was saved."),
    Code.ACCOUNT_WITHOUT_KEY: _("No usable key is kept for this account. Paste its key again."),
    Code.ACCOUNT_KEY_REFUSED: _("New payments go on as before. Paste a good key of that account."),
    Code.SETUP_UNFINISHED: _(
        "Finish the steps of “Get paid” first: a test order, paid and refunded, shows that all works."
    ),
    Code.LIVE_KEY_MISSING: _("Paste the live key."),
    Code.TEST_KEY_TO_GO_LIVE: _(
        "This key is of test mode: no real money moves with it. Switch to live mode at the processor and copy the key"
        " from there. Nothing was saved."
    ),
    Code.LIVE_KEY_OF_ANOTHER: _(
        "This key belongs to another account (%(live)s) than the one you tested with (%(test)s). Money would go there."
        " If you mean that, tick the box and paste the key again. Nothing was saved."
    ),
    Code.NO_TEST_ACCOUNT: _("No test account is kept to go back to. Paste a test key under Payment Types."),
    Code.ROLE_UNKNOWN: _("Choose one of the roles."),
    Code.MEMBER_UNKNOWN: _("Nobody with this id works here."),
    Code.MEMBER_CHANGED: _(
        "Somebody else changed this person at the same moment. Look at them, and save again."
    ),
    Code.MEMBER_ALREADY: _("%(email)s works here already. Change the role on their page."),
    Code.ACCESS_ENDED: _("Your access to this restaurant was ended. Ask the owner to give it back."),
    Code.LAST_OWNER: _("A restaurant needs an owner. Make somebody else an owner first."),
    Code.INVITATION_OVER: _(
        "This invitation was used, withdrawn, or is too old. Ask the owner of the restaurant for a new one."
    ),
    Code.INVITATION_OF_ANOTHER: _(
        "This invitation is for %(email)s. Sign in with that address, or ask for another."
    ),
    Code.INVITED_TOO_MANY: _("There are %(most)d open invitations. Withdraw some of them first."),
    Code.SIGNS_IN_ALREADY: _(
        "%(email)s signs in here already. Sign in with its password, then open the link again."
    ),
}
