"""The Malaysian banks that a payer can choose for FPX, by Stripe's code."""

BANKS = {
    "affin_bank": "Affin Bank",
    "alliance_bank": "Alliance Bank",
    "ambank": "AmBank",
    "bank_islam": "Bank Islam",
    "bank_muamalat": "Bank Muamalat",
    "bank_rakyat": "Bank Rakyat",
    "bsn": "BSN",
    "cimb": "CIMB Clicks",
    "hong_leong_bank": "Hong Leong Bank",
    "hsbc": "HSBC Bank",
    "maybank2u": "Maybank2U",
    "ocbc": "OCBC Bank",
    "public_bank": "Public Bank",
    "rhb": "RHB Bank",
    "standard_chartered": "Standard Chartered",
    "uob": "UOB Bank",
}

# The bank of a payment for which none was chosen.
USUAL_BANK = "maybank2u"
