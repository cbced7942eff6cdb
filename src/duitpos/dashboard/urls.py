"""The dashboard's URLs, below /<tenant>/dashboard/."""

from __future__ import annotations

from django.urls import include, path

from duitpos.dashboard.views.account import account
from duitpos.dashboard.views.alert_policies import alert_policies
from duitpos.dashboard.views.alerts import act, alerts
from duitpos.dashboard.views.cancel_order import cancel_order
from duitpos.dashboard.views.changes import changes, changes_file
from duitpos.dashboard.views.check_payment import check_payment
from duitpos.dashboard.views.code_sheets import code_file, code_sheets
from duitpos.dashboard.views.day_close import day_close, day_close_file, day_close_mail, day_closes
from duitpos.dashboard.views.disputes import dispute, disputes, evidence
from duitpos.dashboard.views.find_money import find
from duitpos.dashboard.views.funnel import funnel
from duitpos.dashboard.views.get_paid import get_paid, get_paid_live
from duitpos.dashboard.views.get_paid_steps import first_key, first_type, first_webhook, refund_test
from duitpos.dashboard.views.go_live import go_live, to_test
from duitpos.dashboard.views.home import home, keep
from duitpos.dashboard.views.hours import hours
from duitpos.dashboard.views.journal import journal_file, journal_page
from duitpos.dashboard.views.locations import add_location, close, location, location_list, reopen
from duitpos.dashboard.views.order import order
from duitpos.dashboard.views.orders import orders, orders_live, waiting
from duitpos.dashboard.views.payment import payment
from duitpos.dashboard.views.payment_issues import declines, payment_issues, payment_issues_count
from duitpos.dashboard.views.payment_types import (
    add_payment_type,
    delete_payment_type,
    move_payment_type,
    payment_type,
    payment_types,
)
from duitpos.dashboard.views.people import end_access, give_access, people, person, withdraw_invitation
from duitpos.dashboard.views.processors import (
    add_processor_to_type,
    check_processor,
    remove_processor,
    save_processors,
)
from duitpos.dashboard.views.receipts import receipts, receipts_file
from duitpos.dashboard.views.refund import refund
from duitpos.dashboard.views.refund_limits import refund_limits
from duitpos.dashboard.views.refund_lines import refund_lines
from duitpos.dashboard.views.refund_part import refund_part
from duitpos.dashboard.views.reports import report_file, reports
from duitpos.dashboard.views.sold_out import answer_call, service, sold_out
from duitpos.dashboard.views.switch_account import retire_account, switch_account
from duitpos.dashboard.views.table_edit import archive, rotate_location, rotate_table, table
from duitpos.dashboard.views.tables import add_table, table_code, tables
from duitpos.dashboard.views.take_payment import pay_order
from duitpos.dashboard.views.webhook import webhook, webhook_action

app_name = "dashboard"

urlpatterns = [
    path("", home, name="home"),
    path("keep/", keep, name="keep"),
    path("orders/", orders, name="orders"),
    path("orders/live/", orders_live, name="orders_live"),
    path("orders/waiting/", waiting, name="waiting"),
    path("orders/<uuid:order_id>/", order, name="order"),
    path("orders/<uuid:order_id>/pay/", pay_order, name="pay_order"),
    path("orders/<uuid:order_id>/cancel/", cancel_order, name="cancel_order"),
    path("orders/<uuid:order_id>/payments/<uuid:payment_id>/check/", check_payment, name="check_payment"),
    path("orders/<uuid:order_id>/payments/<uuid:payment_id>/refund/", refund, name="refund"),
    path("orders/<uuid:order_id>/payments/<uuid:payment_id>/refund/part/", refund_part, name="refund_part"),
    path("orders/<uuid:order_id>/refunds/<uuid:refund_id>/lines/", refund_lines, name="refund_lines"),
    path("payments/<uuid:payment_id>/", payment, name="payment"),
    path("calls/<uuid:call_id>/", answer_call, name="answer_call"),
    path("sold-out/", sold_out, name="sold_out"),
    path("locations/", location_list, name="locations"),
    path("locations/add/", add_location, name="add_location"),
    path("locations/<slug:location>/", location, name="location"),
    path("locations/<slug:location>/hours/", hours, name="hours"),
    path("locations/<slug:location>/close/", close, name="close_location"),
    path("locations/<slug:location>/reopen/", reopen, name="reopen_location"),
    path("locations/<slug:location>/service/", service, name="service"),
    path("attention/", alerts, name="alerts"),
    path("attention/rules/", alert_policies, name="alert_policies"),
    path("attention/<uuid:alert_id>/<slug:action>/", act, name="act"),
    path("payment-issues/", payment_issues, name="payment_issues"),
    path("payment-issues/count/", payment_issues_count, name="payment_issues_count"),
    path("payment-issues/declines/", declines, name="declines"),
    path("payment-issues/find/", find, name="find_money"),
    path("payment-issues/disputes/", disputes, name="disputes"),
    path("payment-issues/disputes/<uuid:dispute_id>/", dispute, name="dispute"),
    path("payment-issues/disputes/<uuid:dispute_id>/evidence.pdf", evidence, name="evidence"),
    path("reports/", reports, name="reports"),
    path("reports/funnel/", funnel, name="funnel"),
    path("reports/receipts/", receipts, name="receipts"),
    path("reports/receipts.csv", receipts_file, name="receipts_file"),
    path("reports/days/", day_closes, name="day_closes"),
    path("reports/days/<slug:location>/mail/", day_close_mail, name="day_close_mail"),
    path("reports/days/<slug:location>/<str:day>/", day_close, name="day_close"),
    path("reports/days/<slug:location>/<str:day>.pdf", day_close_file, name="day_close_file"),
    path("reports/journal/", journal_page, name="journal"),
    path("reports/journal/<slug:kind>.csv", journal_file, name="journal_file"),
    path("reports/revenue.<str:kind>", report_file, name="report_file"),
    path("payment-types/", payment_types, name="payment_types"),
    path("people/", people, name="people"),
    path("people/<uuid:member_id>/", person, name="person"),
    path("people/<uuid:member_id>/end/", end_access, name="end_access"),
    path("people/<uuid:member_id>/give/", give_access, name="give_access"),
    path(
        "people/invitations/<uuid:invitation_id>/withdraw/", withdraw_invitation, name="withdraw_invitation"
    ),
    path("people/changes/", changes, name="changes"),
    path("people/changes.csv", changes_file, name="changes_file"),
    path("refund-limits/", refund_limits, name="refund_limits"),
    path("payment-types/add/", add_payment_type, name="add_payment_type"),
    path("payment-types/<uuid:type_id>/", payment_type, name="payment_type"),
    path("payment-types/<uuid:type_id>/move/", move_payment_type, name="move_payment_type"),
    path("payment-types/<uuid:type_id>/delete/", delete_payment_type, name="delete_payment_type"),
    path("payment-types/<uuid:type_id>/processors/", save_processors, name="save_processors"),
    path("payment-types/<uuid:type_id>/processors/add/", add_processor_to_type, name="add_processor"),
    path("payment-types/<uuid:type_id>/processors/<uuid:account_id>/", account, name="account"),
    path(
        "payment-types/<uuid:type_id>/processors/<uuid:account_id>/check/",
        check_processor,
        name="check_processor",
    ),
    path(
        "payment-types/<uuid:type_id>/processors/<uuid:account_id>/remove/",
        remove_processor,
        name="remove_processor",
    ),
    path("payment-types/<uuid:type_id>/processors/<uuid:account_id>/webhook/", webhook, name="webhook"),
    path(
        "payment-types/<uuid:type_id>/processors/<uuid:account_id>/webhook/<slug:action>/",
        webhook_action,
        name="webhook_action",
    ),
    path(
        "payment-types/<uuid:type_id>/processors/<uuid:account_id>/use/",
        switch_account,
        name="switch_account",
    ),
    path(
        "payment-types/<uuid:type_id>/processors/<uuid:account_id>/retire/",
        retire_account,
        name="retire_account",
    ),
    path("get-paid/", get_paid, name="get_paid"),
    path("get-paid/live/", get_paid_live, name="get_paid_live"),
    path("get-paid/key/", first_key, name="first_key"),
    path("get-paid/type/", first_type, name="first_type"),
    path("get-paid/webhook/", first_webhook, name="first_webhook"),
    path("get-paid/refund/<uuid:payment_id>/", refund_test, name="refund_test"),
    path("get-paid/go-live/", go_live, name="go_live"),
    path("get-paid/go-live/back/", to_test, name="to_test"),
    path("menu/", include("duitpos.dashboard.menu_urls")),
    path("tables/", tables, name="tables"),
    path("tables/codes/", code_sheets, name="code_sheets"),
    path("tables/codes.pdf", code_file, {"kind": "pdf"}, name="codes_pdf"),
    path("tables/codes.zip", code_file, {"kind": "zip"}, name="codes_zip"),
    path("tables/add/", add_table, name="add_table"),
    path("tables/<uuid:table_id>/", table, name="table"),
    path("tables/<uuid:table_id>/archive/", archive, name="archive_table"),
    path("tables/new-codes/<slug:location>/", rotate_location, name="rotate_location"),
    path("tables/<uuid:table_id>/code.svg", table_code, name="table_code"),
    path("tables/<uuid:table_id>/new-code/", rotate_table, name="rotate_table"),
]
