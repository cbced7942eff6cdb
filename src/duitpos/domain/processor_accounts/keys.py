"""Which encryption keys this database needs (M32)."""

from __future__ import annotations

from duitpos.kit.crypto import key_id_of, vault
from duitpos.kit.tenancy import across_tenants
from duitpos.models import ProcessorAccount


def unknown_key_ids() -> set[str]:
    """Ids of keys that stored secrets were sealed with and that DUITPOS_ENCRYPTION_KEYS lacks."""
    with across_tenants("a start checks that every stored secret can be opened (M32)"):
        boxes = list(ProcessorAccount.objects.values_list("secrets", flat=True))
    return {key_id_of(sealed) for secrets in boxes for sealed in secrets.values()} - vault().key_ids
