"""Amounts as Stripe counts them: integers in the currency's minor unit."""

ZERO_DECIMAL = frozenset("bif clp djf gnf jpy kmf krw mga pyg rwf vnd vuv xaf xof xpf".split())
THREE_DECIMAL = frozenset("bhd jod kwd omr tnd".split())

# Have two decimals at Stripe, which must be 00.
_WHOLE = frozenset({"isk", "ugx"})

# Minor units; Stripe's table of minimum charge amounts.
MINIMUM = {
    "usd": 50, "aed": 200, "ars": 50, "aud": 50, "brl": 50, "cad": 50, "chf": 50, "cop": 50, "czk": 1500,
    "dkk": 250, "eur": 50, "gbp": 30, "hkd": 400, "huf": 17500, "idr": 50, "ils": 50, "inr": 50, "jpy": 50,
    "krw": 50, "mxn": 1000, "myr": 200, "nok": 300, "nzd": 50, "php": 50, "pln": 200, "ron": 200,
    "sek": 300, "sgd": 50, "thb": 1000, "zar": 50,
}  # fmt: skip

# Most currencies take at most eight digits.
MAXIMUM = 99_999_999

CURRENCIES = (
    frozenset(
        """aed afn all amd ang aoa ars aud awg azn bam bbd bdt bgn bmd bnd bob brl bsd bwp byn bzd cad cdf chf
        cny cop crc cve czk dkk dop dzd egp etb eur fjd fkp gbp gel gip gmd gtq gyd hkd hnl htg huf idr ils inr
        isk jmd kes kgs khr kyd kzt lak lbp lkr lrd lsl mad mdl mkd mmk mnt mop mur mvr mwk mxn myr mzn nad ngn
        nio nok npr nzd pab pen pgk php pkr pln qar ron rsd sar sbd scr sek sgd shp sle sos srd std szl thb tjs
        top try ttd twd tzs uah ugx usd uyu uzs wst xcd yer zar zmw""".split()
    )
    | ZERO_DECIMAL
    | THREE_DECIMAL
)

# A symbol used in error messages only; pages show the code of this currency.
_IN_MESSAGE = {"hkd": "$"}

_SYMBOL = {"myr": "RM", "usd": "$", "sgd": "S$", "eur": "€", "gbp": "£", "thb": "฿", "jpy": "¥", "idr": "Rp"}


def decimals(currency: str) -> int:
    """Digits after the point of a currency at Stripe."""
    if currency in ZERO_DECIMAL:
        return 0
    return 3 if currency in THREE_DECIMAL else 2


def amount_step(currency: str) -> int:
    """The number that every amount must be a multiple of."""
    if currency in _WHOLE:
        return 100
    return 10 if currency in THREE_DECIMAL else 1


def decimal_text(amount: int, currency: str) -> str:
    """`3185`, `myr` → `31.85`, with thousands marked."""
    digits = decimals(currency)
    sign, whole = ("-" if amount < 0 else ""), abs(amount)
    if digits == 0:
        return f"{sign}{whole:,}"
    return f"{sign}{whole // 10**digits:,}.{whole % 10**digits:0{digits}d}"


def display(amount: int, currency: str) -> str:
    """For people: `RM 31.85`."""
    return f"{_SYMBOL.get(currency, currency.upper())} {decimal_text(amount, currency)}"


def in_message(amount: int, currency: str) -> str:
    """As Stripe's error messages write it: `RM2.00 myr`, `175.00 Ft huf`."""
    if currency == "huf":
        return f"{decimal_text(amount, currency)} Ft huf"
    symbol = _IN_MESSAGE.get(currency) or _SYMBOL.get(currency, "")
    return f"{symbol}{decimal_text(amount, currency)} {currency}"
