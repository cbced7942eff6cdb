"""The menu: sections, items, modifier groups; prices and stock per location."""

from __future__ import annotations

from django.db import models

from duitpos.kit.tenancy import TenantForeignKey, TenantModel

EVERY_DAY = 0b111_1111


class TaxClass(models.TextChoices):
    """Which of a location's tax rates applies to an item."""

    STANDARD = "standard"
    REDUCED = "reduced"
    NONE = "none"


class Served(models.Model):
    """When something of the menu can be ordered, in the location's local time."""

    days = models.PositiveSmallIntegerField(
        default=EVERY_DAY, help_text="One bit for each day: 1 is Monday, 64 is Sunday."
    )
    served_from = models.TimeField(null=True, blank=True, help_text="Empty: from midnight.")
    served_until = models.TimeField(
        null=True, blank=True, help_text="Empty: until midnight. Before `served_from`: on the next day."
    )

    class Meta:
        abstract = True


class MenuSection(TenantModel, Served):
    """A heading of the menu."""

    name = models.CharField(max_length=80)
    position = models.PositiveIntegerField(default=0)
    archived_at = models.DateTimeField(null=True, blank=True, help_text="Off the menu since.")
    version = models.PositiveIntegerField(default=1, help_text="Goes up with every edit of this row.")

    def __str__(self) -> str:
        return self.name


class MenuPhoto(TenantModel):
    """A photo of a dish: its files are in the media storage, named by `digest` (menus/photos)."""

    digest = models.CharField(max_length=64, help_text="BLAKE2 of the re-encoded picture, in hex.")
    width = models.PositiveIntegerField(help_text="Pixels of the largest file; `height` too.")
    height = models.PositiveIntegerField()
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["tenant", "digest"], name="menu_photo_once")]

    def __str__(self) -> str:
        return self.digest


class MenuItem(TenantModel, Served):
    """Something a guest can order. A location shows only items in its own currency."""

    section = TenantForeignKey(MenuSection, on_delete=models.PROTECT, related_name="items")
    name = models.CharField(max_length=120)
    description = models.CharField(max_length=300, blank=True)
    price_minor = models.BigIntegerField()
    currency = models.CharField(max_length=3)
    marks = models.JSONField(
        default=list, blank=True, help_text='Dietary marks: "halal", "vegetarian", "spicy" …'
    )
    allergens = models.JSONField(default=list, blank=True, help_text='"nuts", "egg", "milk", "shellfish" …')
    tax_class = models.CharField(max_length=10, choices=TaxClass.choices, default=TaxClass.STANDARD)
    photo = TenantForeignKey(MenuPhoto, on_delete=models.PROTECT, null=True, blank=True, related_name="items")
    position = models.PositiveIntegerField(default=0)
    archived_at = models.DateTimeField(
        null=True, blank=True, help_text="Off the menu since. Never deleted: orders point at it."
    )
    version = models.PositiveIntegerField(default=1, help_text="Goes up with every edit of this row.")

    class Meta:
        constraints = [
            models.CheckConstraint(condition=models.Q(price_minor__gte=0), name="menu_item_price"),
            models.CheckConstraint(condition=models.Q(tax_class__in=TaxClass.values), name="menu_item_tax"),
        ]
        indexes = [models.Index(fields=["tenant", "section", "position"], name="menu_item_section")]

    def __str__(self) -> str:
        return self.name


class ModifierGroup(TenantModel):
    """Choices on an item: "choose 1", "up to 3"."""

    name = models.CharField(max_length=80)
    min_choices = models.PositiveSmallIntegerField(default=0)
    max_choices = models.PositiveSmallIntegerField(default=1)
    version = models.PositiveIntegerField(
        default=1, help_text="Goes up with every edit of this row or of its modifiers."
    )

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(max_choices__gte=models.F("min_choices")) & models.Q(max_choices__gte=1),
                name="modifier_group_choices",
            )
        ]

    def __str__(self) -> str:
        return self.name


class Modifier(TenantModel):
    """One choice; `price_delta_minor` (may be negative) is added to the item's price, in the item's currency."""

    group = TenantForeignKey(ModifierGroup, on_delete=models.PROTECT, related_name="modifiers")
    name = models.CharField(max_length=80)
    price_delta_minor = models.BigIntegerField(default=0)
    is_default = models.BooleanField(
        default=False, help_text="Chosen until the guest chooses another. Never one that adds to the price."
    )
    position = models.PositiveIntegerField(default=0)
    archived_at = models.DateTimeField(null=True, blank=True, help_text="No longer offered since.")

    class Meta:
        indexes = [models.Index(fields=["tenant", "group", "position"], name="modifier_group")]

    def __str__(self) -> str:
        return self.name


class ItemGroup(TenantModel):
    """An item's modifier group and its position."""

    item = TenantForeignKey(MenuItem, on_delete=models.CASCADE, related_name="item_groups")
    group = TenantForeignKey(ModifierGroup, on_delete=models.PROTECT, related_name="item_groups")
    position = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["tenant", "item", "group"], name="item_group")]


class TextKind(models.TextChoices):
    """The kinds of menu rows that can be translated."""

    SECTION = "section"
    ITEM = "item"
    GROUP = "group"
    MODIFIER = "modifier"


class MenuText(TenantModel):
    """A translation of a menu row into a language other than Tenant.menu_language."""

    kind = models.CharField(max_length=10, choices=TextKind.choices)
    subject_id = models.UUIDField(help_text="The section, item, group or modifier.")
    language = models.CharField(max_length=12, help_text='As in settings.LANGUAGES: "ms", "zh-hans".')
    name = models.CharField(max_length=120, blank=True, help_text="Empty: the restaurant's own.")
    description = models.CharField(max_length=300, blank=True, help_text="Of an item. Empty: its own.")

    class Meta:
        constraints = [
            # In this order it also serves as the index for reading a menu in one language.
            models.UniqueConstraint(
                fields=["tenant", "language", "kind", "subject_id"], name="menu_text_once"
            ),
            models.CheckConstraint(condition=models.Q(kind__in=TextKind.values), name="menu_text_kind"),
        ]

    def __str__(self) -> str:
        return self.name


class StockStatus(models.TextChoices):
    """See docs/glossary.md; no row at a location means in stock."""

    IN_STOCK = "in_stock"
    LIMITED = "limited"
    OUT_OF_STOCK = "out_of_stock"


class ItemStock(TenantModel):
    """An item's stock status at one location."""

    location = TenantForeignKey("duitpos.Location", on_delete=models.CASCADE, related_name="stock")
    item = TenantForeignKey(MenuItem, on_delete=models.CASCADE, related_name="stock")
    status = models.CharField(max_length=12, choices=StockStatus.choices, default=StockStatus.IN_STOCK)
    quantity = models.PositiveIntegerField(null=True, blank=True, help_text="Left, where limited.")
    until = models.DateTimeField(
        null=True, blank=True, help_text="Out of stock until then; empty: until somebody changes it."
    )
    changed_at = models.DateTimeField(auto_now=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["tenant", "location", "item"], name="item_stock"),
            models.CheckConstraint(
                condition=models.Q(status__in=StockStatus.values), name="item_stock_status"
            ),
        ]


class ModifierStock(TenantModel):
    """A modifier that is out of stock at one location. No row: in stock."""

    location = TenantForeignKey("duitpos.Location", on_delete=models.CASCADE, related_name="modifier_stock")
    modifier = TenantForeignKey(Modifier, on_delete=models.CASCADE, related_name="stock")
    until = models.DateTimeField(null=True, blank=True, help_text="As of ItemStock.")
    changed_at = models.DateTimeField(auto_now=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["tenant", "location", "modifier"], name="modifier_stock")
        ]


class ItemPrice(TenantModel):
    """An item's price at one location, where it is not MenuItem.price_minor."""

    location = TenantForeignKey("duitpos.Location", on_delete=models.CASCADE, related_name="prices")
    item = TenantForeignKey(MenuItem, on_delete=models.CASCADE, related_name="prices")
    price_minor = models.BigIntegerField(help_text="In the item's currency.")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["tenant", "location", "item"], name="item_price"),
            models.CheckConstraint(condition=models.Q(price_minor__gte=0), name="item_price_not_negative"),
        ]
