"""The event types that an endpoint can listen to, grouped as Stripe's dashboard groups them."""

from importlib.resources import files

_TYPES = sorted(
    set((files("stripe_sandbox.params") / "data" / "event_types.txt").read_text().split()) - {"*"}
)

# The groups that taking payments needs come first.
_FIRST = ["checkout", "charge", "payment_intent", "refund"]


def event_groups() -> list[tuple[str, list[str]]]:
    """Groups by the first word of the type: a label and its event types."""
    groups: dict[str, list[str]] = {name: [] for name in _FIRST}
    for event_type in _TYPES:
        groups.setdefault(event_type.partition(".")[0], []).append(event_type)
    return [(name.replace("_", " ").capitalize(), types) for name, types in groups.items() if types]
