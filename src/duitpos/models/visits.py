"""How many phones looked at the menu and how many carts were shown, per trading day."""

from __future__ import annotations

from django.db import models

from duitpos.kit.tenancy import TenantForeignKey, TenantModel


class VisitCount(TenantModel):
    """Counted in each process's memory and added now and then. What follows is counted from orders and payments."""

    location = TenantForeignKey("duitpos.Location", on_delete=models.PROTECT, related_name="+")
    business_date = models.DateField()
    scans = models.PositiveIntegerField(default=0, help_text="Phones that loaded the menu.")
    carts = models.PositiveIntegerField(default=0, help_text="Carts that were shown with their total.")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["tenant", "location", "business_date"], name="visit_count_day")
        ]

    def __str__(self) -> str:
        return f"{self.business_date}: {self.scans}, {self.carts}"
