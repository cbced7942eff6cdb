"""What the pages of modifier groups say."""

from __future__ import annotations

from collections.abc import Mapping

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from duitpos.domain.menus.edit.group_rules import GroupProblem
from duitpos.web.sentences import Text

_PROBLEMS: Mapping[GroupProblem, Text] = {
    GroupProblem.NAME_WRONG: gettext_lazy("Write a name of at most %(count)d characters."),
    GroupProblem.TRANSLATION_LONG: gettext_lazy("A translation has at most %(count)d characters."),
    GroupProblem.RANGE_WRONG: gettext_lazy("Guests may take from 1 to %(count)d choices."),
    GroupProblem.MIN_ABOVE_MAX: gettext_lazy("“At most” cannot be less than “At least”."),
    GroupProblem.TOO_FEW_CHOICES: gettext_lazy(
        "Guests must take more choices than there are (%(count)d), so nobody could order the dish."
        " Add choices, or lower this."
    ),
    GroupProblem.TOO_MANY_CHOICES: gettext_lazy(
        "A group has at most %(count)d choices. Put the others into a second group."
    ),
    GroupProblem.TOO_MANY_DEFAULTS: gettext_lazy(
        "%(count)d choices are chosen at first: that is more than the guest may take. Untick some."
    ),
    GroupProblem.CHOICE_NAME_WRONG: gettext_lazy("Write a name of at most %(count)d characters."),
    GroupProblem.CHOICE_TWICE: gettext_lazy("Another choice has this name. Give each its own."),
    GroupProblem.DELTA_WRONG: gettext_lazy("This is too much. Write a smaller amount."),
    GroupProblem.DEFAULT_COSTS: gettext_lazy(
        "It adds to the price, so it cannot be chosen at first: guests pay only for what they choose themselves."
    ),
}


def group_problem(problem: GroupProblem, count: int) -> str:
    """Why a group cannot be saved, and what to do."""
    return str(_PROBLEMS[problem] % {"count": count})


def rule_words(least: int, most: int) -> str:
    """How many choices a guest takes."""
    if least == most:
        return _("Choose %(count)d") % {"count": least}
    if not least:
        return _("Optional, up to %(count)d") % {"count": most}
    return _("Choose %(least)d to %(most)d") % {"least": least, "most": most}


def dishes_words(count: int) -> str:
    """How many items have a group."""
    if not count:
        return _("No dish has it")
    return ngettext("%(count)d dish", "%(count)d dishes", count) % {"count": count}


def meanwhile_text(name: str, value: str) -> str:
    """What somebody else made of a field while this person was editing."""
    if name in ("is_default", "is_archived"):
        return _("Somebody ticked this meanwhile.") if value else _("Somebody unticked this meanwhile.")
    if not value:
        return _("Somebody emptied this meanwhile.")
    return _("Somebody changed this to “%(value)s” meanwhile.") % {"value": value}


def max_warning(most: int, offered: int) -> str:
    """A group that lets guests take more choices than it offers."""
    return ngettext(
        "Guests may take up to %(most)d choices, but there is only %(offered)d.",
        "Guests may take up to %(most)d choices, but there are only %(offered)d.",
        offered,
    ) % {"most": most, "offered": offered}
