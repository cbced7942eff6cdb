"""`payment_method_options` of a session. Types of `Any` exist at Stripe and are refused here as unsupported."""

from typing import Any, Literal

from stripe_sandbox.params.fields import Params, Text


class CardOptions(Params):
    capture_method: Any = None
    installments: Any = None
    request_extended_authorization: Any = None
    request_incremental_authorization: Any = None
    request_multicapture: Any = None
    request_overcapture: Any = None
    request_three_d_secure: Literal["any", "automatic", "challenge"] | None = None
    restrictions: Any = None
    setup_future_usage: Literal["off_session", "on_session"] | None = None
    statement_descriptor_suffix_kana: Text | None = None
    statement_descriptor_suffix_kanji: Text | None = None


class NoFutureUse(Params):
    setup_future_usage: Literal["none"] | None = None


class LinkOptions(Params):
    capture_method: Any = None
    setup_future_usage: Literal["none", "off_session"] | None = None


class PaymentMethodOptions(Params):
    card: CardOptions | None = None
    fpx: NoFutureUse | None = None
    grabpay: NoFutureUse | None = None
    link: LinkOptions | None = None
    customer_balance: NoFutureUse | None = None
    acss_debit: Any = None
    affirm: Any = None
    afterpay_clearpay: Any = None
    alipay: Any = None
    alma: Any = None
    amazon_pay: Any = None
    au_becs_debit: Any = None
    bacs_debit: Any = None
    bancontact: Any = None
    billie: Any = None
    blik: Any = None
    boleto: Any = None
    cashapp: Any = None
    crypto: Any = None
    demo_pay: Any = None
    eps: Any = None
    giropay: Any = None
    ideal: Any = None
    kakao_pay: Any = None
    klarna: Any = None
    konbini: Any = None
    kr_card: Any = None
    mobilepay: Any = None
    multibanco: Any = None
    naver_pay: Any = None
    oxxo: Any = None
    p24: Any = None
    pay_by_bank: Any = None
    payco: Any = None
    paynow: Any = None
    paypal: Any = None
    payto: Any = None
    pix: Any = None
    revolut_pay: Any = None
    samsung_pay: Any = None
    satispay: Any = None
    scalapay: Any = None
    sepa_debit: Any = None
    sequra: Any = None
    sofort: Any = None
    sunbit: Any = None
    swish: Any = None
    twint: Any = None
    upi: Any = None
    us_bank_account: Any = None
    wechat_pay: Any = None
