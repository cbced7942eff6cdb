"""An index for the declines of one day, and when staff last asked an account for a guest's payment."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("duitpos", "0023_stripe_setup")]

    operations = [
        migrations.AddField(
            model_name="processoraccount",
            name="searched_at",
            field=models.DateTimeField(
                help_text="Staff last asked it for the payment of a guest who says that they paid.", null=True
            ),
        ),
        migrations.AddIndex(
            model_name="paymentdecline",
            index=models.Index(fields=["tenant", "-at"], name="decline_newest"),
        ),
    ]
