"""Its only table."""

from django.db import models


class Order(models.Model):
    """A paid order."""

    session = models.CharField(max_length=255, unique=True)
    amount_minor = models.BigIntegerField()
    currency = models.CharField(max_length=3)
    guest_email = models.EmailField()
    created_at = models.DateTimeField(auto_now_add=True)
