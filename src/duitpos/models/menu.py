"""The menu: sections, items, modifier groups, and stock per location."""

from __future__ import annotations

from django.db import models

from duitpos.kit.tenancy import TenantForeignKey, TenantModel


class MenuSection(TenantModel):
    """A heading of the menu."""

    name = models.CharField(max_length=80)
    position = models.PositiveIntegerField(default=0)

    def __str__(self) -> str:
        return self.name


class MenuItem(TenantModel):
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
    is_active = models.BooleanField(default=True, help_text="Off hides it from the menu.")
    position = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = [models.CheckConstraint(condition=models.Q(price_minor__gte=0), name="menu_item_price")]
        indexes = [models.Index(fields=["tenant", "section", "position"], name="menu_item_section")]

    def __str__(self) -> str:
        return self.name


class ModifierGroup(TenantModel):
    """Choices on an item: "choose 1", "up to 3"."""

    name = models.CharField(max_length=80)
    min_choices = models.PositiveSmallIntegerField(default=0)
    max_choices = models.PositiveSmallIntegerField(default=1)

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
    is_active = models.BooleanField(default=True)
    position = models.PositiveIntegerField(default=0)

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
    changed_at = models.DateTimeField(auto_now=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["tenant", "location", "item"], name="item_stock"),
            models.CheckConstraint(
                condition=models.Q(status__in=StockStatus.values), name="item_stock_status"
            ),
        ]
