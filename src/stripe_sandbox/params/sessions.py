"""Parameters of Checkout Sessions."""

from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field
from pydantic_core import PydanticCustomError

from stripe_sandbox.params.fields import (
    AsList,
    Bool,
    Currency,
    Email,
    Expandable,
    Int,
    Metadata,
    MetadataUpdate,
    Params,
    Text,
    Text200,
    Texts,
    Url,
)
from stripe_sandbox.params.payment_method_options import PaymentMethodOptions

# Every locale and payment method type of Checkout at this version.
METHOD_TYPES = frozenset(
    """acss_debit affirm afterpay_clearpay alipay alma amazon_pay au_becs_debit bacs_debit bancontact billie bizum
    blik boleto card cashapp crypto customer_balance eps fpx giropay grabpay ideal kakao_pay klarna konbini
    kr_card link mb_way mobilepay multibanco naver_pay nz_bank_account oxxo p24 pay_by_bank payco paynow paypal
    paypay payto pix promptpay revolut_pay samsung_pay satispay scalapay sepa_debit sequra sofort sunbit swish
    twint upi us_bank_account wechat_pay zip""".split()
)
LOCALES = frozenset(
    """auto bg cs da de el en en-GB es es-419 et fi fil fr fr-CA hi-IN hr hu id it ja ko lt lv ms mt nb nl pl pt
    pt-BR ro ru sk sl sv th tr vi zh zh-HK zh-TW""".split()
)


def _locale(value: Any) -> str:
    if value not in LOCALES:
        raise PydanticCustomError("locale", "Invalid locale: {value}", {"value": str(value)})
    return str(value)


def _method_type(value: Any) -> str:
    if value not in METHOD_TYPES:
        raise PydanticCustomError(
            "method_type", "Invalid payment method type: {value}", {"value": str(value)}
        )
    return str(value)


MethodTypes = Annotated[list[Annotated[str, BeforeValidator(_method_type)]], AsList]


class Enabled(Params):
    enabled: Bool


# Settings of a feature that may only be switched off: accepted, without effect.
Ignored = dict[str, Any] | str | None


class AutomaticTax(Enabled):
    liability: Ignored = None


class InvoiceCreation(Enabled):
    invoice_data: Ignored = None


class TaxIdCollection(Enabled):
    required: Ignored = None


class ManagedPayments(Params):
    enabled: Bool = False


class AdaptivePricing(Params):
    enabled: Bool = False


class Message(Params):
    message: Annotated[Text, Field(max_length=1200)]


def _unset(value: Any) -> Any:
    return None if value == "" else value


Unsettable = Annotated[Message | None, BeforeValidator(_unset)]


class CustomText(Params):
    after_submit: Unsettable = None
    shipping_address: Unsettable = None
    submit: Unsettable = None
    terms_of_service_acceptance: Unsettable = None


class AdjustableQuantity(Params):
    enabled: Bool
    maximum: Int | None = None
    minimum: Int | None = None


class TaxDetails(Params):
    performance_location: Text | None = None
    tax_code: Text | None = None


class ProductData(Params):
    name: Text
    description: Annotated[str, Field(max_length=40000, min_length=1)] | None = None
    images: Annotated[list[Url], AsList, Field(max_length=8)] = []
    metadata: Metadata = {}
    tax_code: Text | None = None
    tax_details: TaxDetails | None = None
    unit_label: Annotated[Text, Field(max_length=12)] | None = None


class PriceData(Params):
    currency: Currency
    product: Text | None = None
    product_data: ProductData | None = None
    recurring: Any = None
    tax_behavior: Literal["exclusive", "inclusive", "unspecified"] | None = None
    unit_amount: Int | None = None
    unit_amount_decimal: Text | None = None


class LineItem(Params):
    adjustable_quantity: AdjustableQuantity | None = None
    metadata: Metadata = {}
    price: Text | None = None
    price_data: PriceData | None = None
    quantity: Int | None = None
    tax_rates: Texts = []


class Address(Params):
    line1: Text
    city: Text | None = None
    country: Text | None = None
    line2: Text | None = None
    postal_code: Text | None = None
    state: Text | None = None


class Shipping(Params):
    address: Address
    name: Text
    carrier: Text | None = None
    phone: Text | None = None
    tracking_number: Text | None = None


class PaymentIntentData(Params):
    application_fee_amount: Int | None = None
    capture_method: Literal["automatic", "automatic_async", "manual"] | None = None
    description: Annotated[Text, Field(max_length=1000)] | None = None
    metadata: Metadata = {}
    on_behalf_of: Text | None = None
    receipt_email: Email | None = None
    setup_future_usage: Literal["off_session", "on_session"] | None = None
    shipping: Shipping | None = None
    statement_descriptor: Annotated[Text, Field(max_length=22)] | None = None
    statement_descriptor_suffix: Annotated[Text, Field(max_length=22)] | None = None
    transfer_data: Any = None
    transfer_group: Text | None = None


class Consent(Params):
    payment_method_reuse_agreement: Any = None
    promotions: Literal["auto", "none"] | None = None
    terms_of_service: Literal["none", "required"] | None = None


class LinkWallet(Params):
    display: Literal["auto", "never"] | None = None


class WalletOptions(Params):
    link: LinkWallet | None = None


class CreateSession(Expandable):
    """`POST /v1/checkout/sessions`. Parameters of type `Any` exist at Stripe and are refused here as unsupported."""

    adaptive_pricing: AdaptivePricing | None = None
    after_expiration: Any = None
    allow_promotion_codes: Bool | None = None
    allowed_payment_method_types: MethodTypes | None = None
    automatic_tax: AutomaticTax | None = None
    billing_address_collection: Literal["auto", "required"] | None = None
    branding_settings: Any = None
    cancel_url: Url | None = None
    client_reference_id: Text200 | None = None
    consent_collection: Consent | None = None
    currency: Currency | None = None
    custom_fields: Any = None
    custom_text: CustomText | None = None
    customer: Any = None
    customer_account: Any = None
    customer_creation: Literal["always", "if_required"] | None = None
    customer_email: Email | None = None
    customer_update: Any = None
    discounts: Any = None
    excluded_payment_method_types: MethodTypes | None = None
    expires_at: Int | None = None
    integration_identifier: Text200 | None = None
    invoice_creation: InvoiceCreation | None = None
    line_items: Annotated[list[LineItem], AsList, Field(max_length=100)] | None = None
    locale: Annotated[str, BeforeValidator(_locale)] | None = None
    managed_payments: ManagedPayments | None = None
    metadata: Metadata = {}
    mode: Literal["payment", "setup", "subscription"]
    name_collection: Any = None
    optional_items: Any = None
    origin_context: Literal["mobile_app", "web"] | None = None
    payment_intent_data: PaymentIntentData | None = None
    payment_method_collection: Literal["always", "if_required"] | None = None
    payment_method_configuration: Any = None
    payment_method_data: Any = None
    payment_method_options: PaymentMethodOptions | None = None
    permissions: Any = None
    phone_number_collection: Enabled | None = None
    redirect_on_completion: Any = None
    return_url: Any = None
    saved_payment_method_options: Any = None
    setup_intent_data: Any = None
    shipping_address_collection: Any = None
    shipping_options: Any = None
    submit_type: Literal["auto", "book", "donate", "pay", "subscribe"] | None = None
    subscription_data: Any = None
    success_url: Url | None = None
    tax_id_collection: TaxIdCollection | None = None
    ui_mode: Literal["elements", "embedded_page", "form", "hosted_page"] | None = None
    wallet_options: WalletOptions | None = None


class UpdateSession(Expandable):
    """`POST /v1/checkout/sessions/{id}`: only `metadata` is implemented."""

    metadata: MetadataUpdate | None = None
    collected_information: Any = None
    line_items: Any = None
    payment_intent_data: Any = None
    shipping_options: Any = None
