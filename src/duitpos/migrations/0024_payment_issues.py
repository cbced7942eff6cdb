"""An index for the declines of one day."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("duitpos", "0023_stripe_setup")]

    operations = [
        migrations.AddIndex(
            model_name="paymentdecline",
            index=models.Index(fields=["tenant", "-at"], name="decline_newest"),
        ),
    ]
