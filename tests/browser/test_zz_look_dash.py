"""Temporary: pictures of every page."""
from __future__ import annotations
import json
from datetime import timedelta
import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser
from duitpos.domain.orders.cancel import cancel_order
from duitpos.kit.clock import now
from duitpos.models import Attention, Order, Location
from tests.kitchen.tickets import a_ticket
from tests.support.restaurant import PASSWORD, a_location, a_member, a_restaurant, a_table, an_item
from tests.support.shop import Shop
pytestmark = pytest.mark.browser
OUT = "/tmp/look"

def snap(page, url, name):
    errors = []
    def on(m): errors.append(m.text)
    page.on("console", on)
    for w, h in ((1280, 860), (390, 844)):
        for scheme in ("light", "dark"):
            page.set_viewport_size({"width": w, "height": h})
            page.emulate_media(color_scheme=scheme)
            page.goto(url)
            page.wait_for_timeout(150)
            page.screenshot(path=f"{OUT}/{name}-{w}-{scheme}.png", full_page=w==390 or True)
            over = page.evaluate("document.documentElement.scrollWidth - innerWidth")
            if over > 0: print("OVERFLOW", name, w, over)
            r = Axe().run(page)
            for v in r.response["violations"]:
                print("AXE", name, w, scheme, v["id"], v["help"], [n["target"] for n in v["nodes"]][:4])
    page.remove_listener("console", on)
    for e in errors: print("CONSOLE", name, e)

def test_look(shop: Shop, chromium: Browser) -> None:
    ctx = chromium.new_context()
    page = ctx.new_page()
    base = shop.url
    snap(page, f"{base}/accounts/login/", "login")
    snap(page, f"{base}/accounts/password/reset/", "reset")
    snap(page, f"{base}/kopi/nothing/", "404")
    page.goto(f"{base}/{shop.tenant.slug}/dashboard/")
    page.get_by_label("E-mail").fill("owner@kopi.example")
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    page.wait_for_url("**/dashboard/orders/")
    d = f"{base}/{shop.tenant.slug}/dashboard"
    snap(page, f"{d}/orders/", "orders-none")
    snap(page, f"{d}/orders/waiting/", "waiting-none")
    snap(page, f"{d}/attention/", "attention-none")
    snap(page, f"{d}/tables/", "tables")
    snap(page, f"{d}/tables/add/", "table-add")
    snap(page, f"{d}/payment-types/", "types")
    snap(page, f"{d}/payment-types/add/", "type-add")
    page.goto(f"{d}/payment-types/")
    page.get_by_role("link", name="Online Payment").click()
    url = page.url
    snap(page, url, "type")
    # some
    p1 = shop.start(); 
    shop.sandbox.pay(p1.reference, card_number="4000000000009995"); shop.sandbox.idle()
    snap(page, f"{d}/orders/waiting/", "waiting")
    shop.pay(p1)
    p2 = shop.start(guest_token="g2"); shop.pay(p2)
    p3 = shop.start(guest_token="g3")
    o2 = shop.fresh(p2).order
    cancel_order(shop.restaurant.owner, o2.id, "kitchen is out of rice and the guest did not want anything else", refund=False)
    snap(page, f"{d}/orders/", "orders")
    o1 = shop.fresh(p1).order
    snap(page, f"{d}/orders/{o1.id}/", "order")
    snap(page, f"{d}/orders/{o1.id}/payments/{p1.id}/refund/", "refund")
    snap(page, f"{d}/orders/{o1.id}/cancel/", "cancel")
    snap(page, f"{d}/attention/", "attention")
    # a lot, long
    site2 = a_location(shop.tenant, "bukit", )
    Location.objects.filter(tenant=shop.tenant, id=site2.id).update(name="Bukit Bintang 武吉免登 Cawangan Utama Tingkat Bawah Lot G-12")
    site2.refresh_from_db()
    t = a_table(site2, "花园露台靠窗 Meja Panjang Tepi Taman 12")
    for i in range(60):
        a_ticket(site2 if i % 3 else shop.restaurant.location, shop.item, 100 + i, minutes=i * 37, status=["placed","preparing","ready","served"][i % 4], table=t if i % 3 else shop.table, total_minor_x=0) if False else a_ticket(site2 if i % 3 else shop.restaurant.location, shop.item, 100 + i, minutes=i * 37, status=["placed","preparing","ready","served"][i % 4], table=t if i % 3 else shop.table)
    Order.objects.filter(tenant=shop.tenant, number=103).update(total_minor=1234567890)
    from duitpos.models import Tenant
    T = Tenant.objects.get(id=shop.tenant.id); T.name = "Restoran Nasi Kandar Warisan Keluarga Abdul Rahman 阿都拉曼家传饭店"; T.save()
    snap(page, f"{d}/orders/", "orders-lot")
    snap(page, f"{d}/orders/?q=garden&state=ready&day=2026-01-01", "orders-nofit")
    snap(page, f"{d}/tables/", "tables-lot")
    # dialog
    page.set_viewport_size({"width": 1280, "height": 860})
    page.goto(f"{d}/orders/{o1.id}/")
    page.get_by_role("link", name="Refund").click()
    page.wait_for_timeout(500)
    page.screenshot(path=f"{OUT}/dialog.png")
    page.keyboard.press("Escape")
    page.emulate_media(media="print"); page.goto(f"{d}/tables/"); page.screenshot(path=f"{OUT}/print-tables.png", full_page=True)
    page.goto(f"{d}/orders/{o1.id}/"); page.screenshot(path=f"{OUT}/print-order.png", full_page=True)
