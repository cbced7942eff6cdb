"""`python -m shop.prepare SECRET`: the tables, and the rows that keep dj-stripe from asking Stripe.

It prints the path of the webhook.
"""

import sys

import django


def main(secret: str) -> None:
    """Prepare the database."""
    django.setup()
    from django.core.management import call_command
    from djstripe.models import Account, APIKey, WebhookEndpoint

    call_command("migrate", run_syncdb=True, interactive=False, verbosity=0)
    account = Account.objects.create(id="acct_bench", livemode=False)
    APIKey.objects.create(
        secret="sk_test_51SabcdBenchBenchBench00000",
        type="secret",
        livemode=False,
        djstripe_owner_account=account,
    )
    endpoint = WebhookEndpoint.objects.create(
        id="we_bench",
        livemode=False,
        secret=secret,
        enabled_events=["*"],
        status="enabled",
        url="https://bench.example/",
        djstripe_owner_account=account,
    )
    print(f"/stripe/webhook/{endpoint.djstripe_uuid}/")


if __name__ == "__main__":
    main(sys.argv[1])
