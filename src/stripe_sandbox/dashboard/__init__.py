"""The sandbox's dashboard: what happened, and buttons for what an owner does in Stripe's."""
