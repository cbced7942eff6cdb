"""Rules with which a test holds, drops, repeats, delays or spoils deliveries."""

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from stripe_sandbox.ids import new_id


def type_matches(event_type: str, patterns: list[str]) -> bool:
    """Whether an event type is among patterns; a pattern may be `*` or end in `*`."""
    return any(
        event_type == pattern or (pattern.endswith("*") and event_type.startswith(pattern[:-1]))
        for pattern in patterns
    )


class Rule(BaseModel):
    """One rule; README.md lists the actions."""

    model_config = ConfigDict(extra="forbid")

    id: str = Field(default_factory=lambda: new_id("rule"))
    action: Literal["hold", "drop", "duplicate", "duplicate_event", "reorder", "delay", "tamper"]
    count: int | None = Field(default=1, ge=1)
    types: list[str] | None = None
    endpoint: str | None = None
    seconds: float = Field(default=60, ge=0)
    part: Literal["signature", "body", "timestamp", "missing"] = "signature"
    claim_delivered: bool = False
    kept: list[str] = []

    def matches(self, event_type: str, endpoint: str) -> bool:
        if self.endpoint is not None and self.endpoint != endpoint:
            return False
        return self.types is None or type_matches(event_type, self.types)


class Rules:
    """Rules in the order they were made."""

    def __init__(self) -> None:
        self._rules: list[Rule] = []

    def plan(self, rule: Rule) -> None:
        if rule.action == "reorder" and rule.count is None:
            raise ValueError("reorder needs a count")
        self._rules.append(rule)

    def all(self) -> list[Rule]:
        return list(self._rules)

    def clear(self) -> list[str]:
        """Remove all rules; returns the deliveries that a `reorder` still holds."""
        kept = [key for rule in self._rules for key in rule.kept]
        self._rules.clear()
        return kept

    def matching(self, event_type: str, endpoint: str) -> list[Rule]:
        """Rules that match, counted down; `hold` and `drop` end the list."""
        found: list[Rule] = []
        for rule in list(self._rules):
            if not rule.matches(event_type, endpoint):
                continue
            found.append(rule)
            if rule.count is not None:
                rule.count -= 1
                if rule.count == 0:
                    self._rules.remove(rule)
            if rule.action in ("hold", "drop", "reorder"):
                break
        return found
