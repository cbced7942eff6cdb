"""Who changed what: the audit log, and as a file."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from django.http import HttpRequest, HttpResponse
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from duitpos.dashboard.access import staff
from duitpos.dashboard.forms.changes import ChangesQuery, read_changes
from duitpos.dashboard.page import page
from duitpos.dashboard.texts.audit import KINDS, FieldText, field_texts, kind_name, subject_text
from duitpos.domain.audit.read import MOST, Cursor, entries, people_of
from duitpos.domain.people.roles import Can
from duitpos.domain.people.staff import Staff
from duitpos.domain.tenancy.find import locations
from duitpos.kit.clock import display_zone
from duitpos.kit.csv_file import csv_file
from duitpos.models import AuditEntry, Location


@dataclass(frozen=True, slots=True)
class ShownEntry:
    """An entry in words."""

    entry: AuditEntry
    kind: str
    subject: str
    fields: list[FieldText]


@require_safe
@staff(Can.SEE_CHANGES)
def changes(request: HttpRequest, staff: Staff) -> HttpResponse:
    """List what was changed, newest first, in pages."""
    site, people = locations(staff.tenant)[0], people_of(staff.tenant)
    query = read_changes(request.GET, people)
    found, more = entries(staff.tenant, query.filters(display_zone(site.time_zone)), query.before)
    context = {
        "site": site,
        "people": people,
        "kinds": list(KINDS.items()),
        "filters": query,
        "rows": [_shown(one, site) for one in found],
        "query": query.query(),
        "older": query.query(Cursor(found[-1].at, found[-1].id)) if more else "",
        "most": MOST,
    }
    return page(request, staff, "dashboard/changes.html", context, here="people")


@require_safe
@staff(Can.SEE_CHANGES)
def changes_file(request: HttpRequest, staff: Staff) -> HttpResponse:
    """Download the newest entries of the filters, at most MOST."""
    site, people = locations(staff.tenant)[0], people_of(staff.tenant)
    query = read_changes(request.GET, people)
    found, _more = entries(staff.tenant, query.filters(display_zone(site.time_zone)), None, MOST)
    response = HttpResponse(csv_file(_rows(found, site), frozenset()), content_type="text/csv; charset=utf-8")
    name = f"{staff.tenant.slug}-changes{_suffix(query)}.csv"
    response["Content-Disposition"] = (
        content_disposition_header(as_attachment=True, filename=name) or "attachment"
    )
    return response


def _suffix(query: ChangesQuery) -> str:
    return f"-{query.day.isoformat()}" if query.day else ""


def _shown(entry: AuditEntry, site: Location) -> ShownEntry:
    fields = field_texts(entry, site.time_zone, site.locale)
    return ShownEntry(entry, kind_name(entry.kind), subject_text(entry), fields)


def _rows(found: Sequence[AuditEntry], site: Location) -> Iterator[Sequence[str]]:
    """A line for each changed field. Times are local, without an offset, which spreadsheets do not take for a time."""
    zone = display_zone(site.time_zone)
    time = _("Time (%(zone)s)") % {"zone": zone.key}
    yield (time, _("Person"), _("Kind"), _("About"), _("Field"), _("From"), _("To"))
    for entry in found:
        shown = _shown(entry, site)
        at = f"{entry.at.astimezone(zone):%Y-%m-%d %H:%M:%S}"
        for one in shown.fields:
            yield (at, str(entry.member.user), shown.kind, shown.subject, one.name, one.before, one.after)
