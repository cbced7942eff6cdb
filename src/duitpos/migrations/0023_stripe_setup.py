"""What Stripe's set-up and its watch need: an account's health, manual payments, where a payment type is offered."""

import django.db.models.deletion
import duitpos.kit.ids
import duitpos.kit.tenancy.keys
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('duitpos', '0022_menu_editor'),
    ]

    operations = [
        migrations.CreateModel(
            name='AccountHealth',
            fields=[
                ('id', models.UUIDField(default=duitpos.kit.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('review', models.JSONField(default=dict, help_text='Its facts (processors/base.py: AccountFacts) as a document; empty: none yet.')),
                ('reviewed_at', models.DateTimeField(null=True)),
                ('review_problem', models.JSONField(default=dict, help_text='Why the last review brought no answer (domain/reasons.py).')),
                ('next_review_at', models.DateTimeField(null=True)),
                ('endpoints', models.JSONField(default=list, help_text='Every address it delivers events to (processors/base.py: WebhookEndpoint).')),
                ('endpoints_seen_at', models.DateTimeField(null=True)),
                ('endpoints_problem', models.JSONField(default=dict, help_text='Why they could not be listed (domain/reasons.py).')),
                ('undelivered', models.PositiveIntegerField(default=0, help_text='Events that it could not deliver lately.')),
                ('undelivered_since', models.DateTimeField(help_text='The oldest of them was made at.', null=True)),
                ('proof_reference', models.CharField(blank=True, help_text='The session that was made and expired; empty: none is awaited.', max_length=80)),
                ('proof_sent_at', models.DateTimeField(null=True)),
                ('proved_at', models.DateTimeField(help_text='An event of a round trip came back.', null=True)),
                ('missed_at', models.DateTimeField(help_text='A payment was found without its event, which never came; the last one was paid at.', null=True)),
                ('down_since', models.DateTimeField(help_text='Judged not working since; empty: it works.', null=True)),
                ('heals_itself', models.BooleanField(default=True, help_text='Whether a dead endpoint is made again by itself.')),
                ('healed_at', models.DateTimeField(null=True)),
                ('heal_tries', models.PositiveIntegerField(default=0, help_text='In a row.')),
                ('next_heal_at', models.DateTimeField(null=True)),
            ],
        ),
        migrations.CreateModel(
            name='PaymentTypeOffer',
            fields=[
                ('id', models.UUIDField(default=duitpos.kit.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('channel', models.CharField(choices=[('phone', 'Phone'), ('counter', 'Counter')], max_length=10)),
                ('is_offered', models.BooleanField()),
            ],
        ),
        migrations.RemoveConstraint(
            model_name='alert',
            name='alert_kind',
        ),
        migrations.RemoveConstraint(
            model_name='outboxentry',
            name='outbox_kind',
        ),
        migrations.AddField(
            model_name='location',
            name='unpaid_orders',
            field=models.CharField(choices=[('off', 'Off'), ('after_payment', 'After Payment'), ('at_once', 'At Once')], default='off', help_text='Whether guests may send an order and pay staff, and when the kitchen gets it.', max_length=14),
        ),
        migrations.AddField(
            model_name='payment',
            name='taken_by',
            field=duitpos.kit.tenancy.keys.TenantForeignKey(help_text='Who took the money, where no processor did.', null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='duitpos.membership'),
        ),
        migrations.AddField(
            model_name='payment',
            name='tendered_minor',
            field=models.BigIntegerField(help_text='What the guest handed over in cash; change is what is more than the amount.', null=True),
        ),
        migrations.AddField(
            model_name='paymenttype',
            name='guest_name',
            field=models.CharField(blank=True, help_text='What guests read; empty: the name.', max_length=60),
        ),
        migrations.AddField(
            model_name='webhookevent',
            name='is_listed',
            field=models.BooleanField(db_default=False, default=False, help_text="Found in the processor's list of events; not delivered, or not yet."),
        ),
        migrations.AlterField(
            model_name='alert',
            name='kind',
            field=models.CharField(choices=[('amount_differs', 'Amount Differs'), ('mode_differs', 'Mode Differs'), ('order_canceled', 'Order Canceled'), ('duplicate_payment', 'Duplicate Payment'), ('late_money', 'Late Money'), ('late_food', 'Late Food'), ('stock_back', 'Stock Back'), ('paid_while_closed', 'Paid While Closed'), ('sold_out_after_payment', 'Sold Out After Payment'), ('refund_due', 'Refund Due'), ('refund_failed', 'Refund Failed'), ('unknown_payment', 'Unknown Payment'), ('no_payment_required', 'No Payment Required'), ('still_processing', 'Still Processing'), ('not_at_processor', 'Not At Processor'), ('key_refused', 'Key Refused'), ('event_failed', 'Event Failed'), ('key_reused', 'Key Reused'), ('start_refused', 'Start Refused'), ('dispute', 'Dispute'), ('sweep_failed', 'Sweep Failed'), ('webhook_down', 'Webhook Down'), ('account_restricted', 'Account Restricted')], max_length=24),
        ),
        migrations.AlterField(
            model_name='outboxentry',
            name='kind',
            field=models.CharField(choices=[('receipt', 'Receipt'), ('details', 'Details'), ('alert', 'Alert')], max_length=10),
        ),
        migrations.AlterField(
            model_name='outboxentry',
            name='order',
            field=duitpos.kit.tenancy.keys.TenantForeignKey(null=True, on_delete=django.db.models.deletion.CASCADE, related_name='outbox_entries', to='duitpos.order'),
        ),
        migrations.AlterField(
            model_name='outboxentry',
            name='subject_id',
            field=models.UUIDField(help_text='The payment, order or alert it is about.'),
        ),
        migrations.AlterField(
            model_name='payment',
            name='settled_via',
            field=models.CharField(blank=True, help_text='webhook, return, sweep, button or staff.', max_length=10),
        ),
        migrations.AlterField(
            model_name='paymenttype',
            name='position',
            field=models.PositiveIntegerField(default=0, help_text='Guests and staff see types in this order.'),
        ),
        migrations.AddConstraint(
            model_name='alert',
            constraint=models.CheckConstraint(condition=models.Q(('kind__in', ['amount_differs', 'mode_differs', 'order_canceled', 'duplicate_payment', 'late_money', 'late_food', 'stock_back', 'paid_while_closed', 'sold_out_after_payment', 'refund_due', 'refund_failed', 'unknown_payment', 'no_payment_required', 'still_processing', 'not_at_processor', 'key_refused', 'event_failed', 'key_reused', 'start_refused', 'dispute', 'sweep_failed', 'webhook_down', 'account_restricted'])), name='alert_kind'),
        ),
        migrations.AddConstraint(
            model_name='location',
            constraint=models.CheckConstraint(condition=models.Q(('unpaid_orders__in', ['off', 'after_payment', 'at_once'])), name='location_unpaid_orders'),
        ),
        migrations.AddConstraint(
            model_name='outboxentry',
            constraint=models.CheckConstraint(condition=models.Q(('kind__in', ['receipt', 'details', 'alert'])), name='outbox_kind'),
        ),
        migrations.AddField(
            model_name='accounthealth',
            name='account',
            field=duitpos.kit.tenancy.keys.TenantForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='health', to='duitpos.processoraccount'),
        ),
        migrations.AddField(
            model_name='accounthealth',
            name='tenant',
            field=models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='duitpos.tenant'),
        ),
        migrations.AddField(
            model_name='paymenttypeoffer',
            name='location',
            field=duitpos.kit.tenancy.keys.TenantForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='duitpos.location'),
        ),
        migrations.AddField(
            model_name='paymenttypeoffer',
            name='payment_type',
            field=duitpos.kit.tenancy.keys.TenantForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='offers', to='duitpos.paymenttype'),
        ),
        migrations.AddField(
            model_name='paymenttypeoffer',
            name='tenant',
            field=models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='duitpos.tenant'),
        ),
        migrations.AddConstraint(
            model_name='accounthealth',
            constraint=models.UniqueConstraint(fields=('tenant', 'account'), name='account_health_once'),
        ),
        migrations.AddConstraint(
            model_name='paymenttypeoffer',
            constraint=models.UniqueConstraint(fields=('tenant', 'payment_type', 'location', 'channel'), name='payment_type_offer_once'),
        ),
        migrations.AddConstraint(
            model_name='paymenttypeoffer',
            constraint=models.CheckConstraint(condition=models.Q(('channel__in', ['phone', 'counter'])), name='payment_type_offer_channel'),
        ),
        migrations.AddField(
            model_name='paymenttype',
            name='switches',
            field=models.PositiveIntegerField(db_default=0, default=0, help_text='Goes up whenever another account takes its new payments; each switch is guarded by it.'),
        ),
        migrations.AddField(
            model_name='processoraccount',
            name='in_use_since',
            field=models.DateTimeField(help_text='New payments use it since; empty: they never did, or this was not kept then.', null=True),
        ),
        migrations.AddField(
            model_name='processoraccount',
            name='searched_at',
            field=models.DateTimeField(help_text='Staff last asked it for the payment of a guest who says that they paid.', null=True),
        ),
        migrations.AddIndex(
            model_name='paymentdecline',
            index=models.Index(fields=['tenant', '-at'], name='decline_newest'),
        ),
    ]
