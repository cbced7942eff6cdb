"""Placeholder, replaced at the merge."""

from __future__ import annotations

from duitpos.domain.reporting.report import Question, Report
from duitpos.models import Tenant


def revenue(tenant: Tenant, question: Question) -> tuple[Report, ...]:
    """Nothing yet."""
    return ()
