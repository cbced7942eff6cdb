"""Staff: their sign-in, and their role at each restaurant."""

from __future__ import annotations

from typing import Any, ClassVar

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.db import models

from duitpos.kit.ids import uuid7
from duitpos.kit.tenancy import TenantForeignKey, TenantModel


class UserManager(BaseUserManager["User"]):
    """Creates users from an e-mail address and a password."""

    def create_user(self, email: str, password: str | None = None, **fields: Any) -> User:
        """A new staff sign-in; without a password it cannot sign in yet."""
        user = self.model(email=self.normalize_email(email).lower(), **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def get_by_natural_key(self, username: str | None) -> User:
        return self.get(email=(username or "").lower())


class User(AbstractBaseUser):
    """A staff sign-in. Shared by all tenants, so nothing in it changes often: no last_login (decision 0002, rule 6)."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    email = models.EmailField(unique=True)
    name = models.CharField(max_length=120, blank=True)
    is_active = models.BooleanField(default=True)
    created_at = models.DateTimeField(auto_now_add=True)
    last_login = None

    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = []

    objects = UserManager()

    def __str__(self) -> str:
        return self.name or self.email


class Role(models.TextChoices):
    """A member of staff's role; domain/people/roles.py has the rights of each."""

    OWNER = "owner"
    MANAGER = "manager"
    CASHIER = "cashier"
    KITCHEN = "kitchen"


class Membership(TenantModel):
    """A user's role in one restaurant. Tenant rows reference this, never User (decision 0002, rule 6)."""

    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="memberships")
    role = models.CharField(max_length=10, choices=Role.choices)
    is_active = models.BooleanField(default=True)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["tenant", "user"], name="membership_user"),
            models.CheckConstraint(condition=models.Q(role__in=Role.values), name="membership_role"),
        ]

    def __str__(self) -> str:
        return f"{self.user} ({self.role})"


class Invitation(TenantModel):
    """A link with which somebody joins the staff. Only its digest is stored, so that nobody reads it from a backup."""

    digest = models.CharField(max_length=64, help_text="SHA-256 of the link's token.")
    email = models.EmailField(
        blank=True, help_text="Whom it was mailed to; empty: whoever is given the link."
    )
    role = models.CharField(max_length=10, choices=Role.choices)
    invited_by = TenantForeignKey(Membership, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True)
    withdrawn_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["tenant", "digest"], name="invitation_digest"),
            models.CheckConstraint(condition=models.Q(role__in=Role.values), name="invitation_role"),
        ]
        indexes = [
            models.Index(
                fields=["tenant", "-created_at"],
                condition=models.Q(used_at__isnull=True, withdrawn_at__isnull=True),
                name="invitation_open",
            )
        ]

    def __str__(self) -> str:
        return self.email or f"{self.role}, {self.created_at:%Y-%m-%d}"
