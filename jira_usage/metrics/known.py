"""What a snapshot knows: since which date, of how many projects, and what it could not read."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from jira_usage.decisions import Thresholds
from jira_usage.metrics.standing import SOURCES
from jira_usage.metrics.words import LOW, MEDIUM, listed, plural, verdict_words
from jira_usage.period import find_zone, from_epoch_ms, midnight_ms
from jira_usage.snapshot import Snapshot

ENOUGH_PROJECTS, NEARLY_ALL_PROJECTS = 0.5, 0.9
# What, read in part, may hide somebody's work, or a group by which they hold a license.
WHOLE = (*SOURCES, "work logs", "groups")
# What, unread, may hide why somebody should not lose a license unseen.
CARE = {
    "administrators": "Whether they administer the site or a product is not known.",
    "project roles": "Whether they alone administer a project is not known.",
}
# Many roles of many projects are not asked for: then alone nobody on a large site would be sure.
LEFT_OUT = ("project roles", "never")


@dataclass(frozen=True)
class Known:
    """What verdicts rest on. Dates are those of the zone.

    `today` is the date of the snapshot, `first_on` the first date that was read whole.
    `unread` are datasets without which nobody can be said not to work; `partial` are
    those of which something is missing. `no_care` are those of CARE that were not read
    whole, and `care_refused` says that one of them was asked for.
    """

    zone_name: str
    today: date
    first_on: date
    browsable: int = 0
    projects: int = 0
    unread: tuple[str, ...] = ()
    partial: tuple[str, ...] = ()
    no_care: tuple[str, ...] = ()
    care_refused: bool = False

    @property
    def days(self) -> int:
        """How many dates are known, today included; 0 where there is none."""
        return max((self.today - self.first_on).days + 1, 0)

    @property
    def share(self) -> float:
        """The share of the projects that the token can browse."""
        return self.browsable / self.projects if self.projects else 1.0

    @property
    def sees_nearly_all(self) -> bool:
        return self.share >= NEARLY_ALL_PROJECTS

    def back(self, days: int) -> int:
        """The instant at which the last `days` dates begin, in epoch ms."""
        return midnight_ms(self.today - timedelta(days=days - 1), find_zone(self.zone_name))

    def on(self, at_ms: int) -> date:
        """The date of an instant."""
        return from_epoch_ms(int(at_ms)).astimezone(find_zone(self.zone_name)).date()

    def ago(self, day: date) -> int:
        """How many days ago a date was."""
        return (self.today - day).days

    def day_words(self, day: date) -> str:
        """“Oct 23”, with the year where it is another one."""
        year = "" if day.year == self.today.year else f", {day.year}"
        return f"{day:%b} {day.day}{year}"

    def moment_words(self, at_ms: int) -> str:
        """“Oct 23, 14:05”, with the year where it is another one."""
        at = from_epoch_ms(int(at_ms)).astimezone(find_zone(self.zone_name))
        return f"{self.day_words(at.date())}, {at:%H:%M}"

    @property
    def since(self) -> str:
        return self.day_words(self.first_on)

    def too_thin(self, thresholds: Thresholds) -> str:
        """Why nobody can be said not to work, in a sentence; empty where somebody can."""
        if self.unread:
            return f"{listed(self.unread).capitalize()} could not be read."
        if self.share < ENOUGH_PROJECTS:
            return f"The token sees {self.browsable:,} of {plural(self.projects, 'project')}."
        if self.days < thresholds.working:
            return f"Only {plural(self.days, 'day')} are known, since {self.since}."
        return ""

    def words(self, thresholds: Thresholds) -> dict[str, str]:
        """The verdicts in words; “never” says since when, where not all days are known."""
        return verdict_words(thresholds.quiet, self.since if self.short(thresholds) else "")

    def short(self, thresholds: Thresholds) -> str:
        """That less is known than verdicts look back on, and what follows; else empty."""
        if self.days >= thresholds.quiet:
            return ""
        most = LOW if self.days < thresholds.cooling else f"{MEDIUM} at most"
        return (
            f"Work is known since {self.since} only, {self.days} of the {thresholds.quiet} days "
            f"that verdicts look back: confidence is {most}."
        )


def known(snapshot: Snapshot, zone_name: str) -> Known:
    """What a snapshot knows, by the days of a zone."""
    zone = find_zone(zone_name)
    first_on = from_epoch_ms(snapshot.covered_from_ms).astimezone(zone).date()
    if midnight_ms(first_on, zone) < snapshot.covered_from_ms:
        first_on += timedelta(days=1)
    coverage = snapshot.coverage
    states = dict(zip(coverage["dataset"], coverage["state"], strict=True))
    browsable, projects = int(snapshot.projects["browsable"].sum()), len(snapshot.projects)
    # Projects that are known not to be browsable are told by their share.
    whole = WHOLE if browsable < projects else (*WHOLE, "projects")
    care = {name: states.get(name, "never") for name in CARE}
    no_care = {name: state for name, state in care.items() if state != "complete"}
    return Known(
        zone_name=zone_name,
        today=from_epoch_ms(snapshot.as_of_ms).astimezone(zone).date(),
        first_on=first_on,
        browsable=browsable,
        projects=projects,
        unread=tuple(n for n in SOURCES if states.get(n) not in ("complete", "partial")),
        partial=tuple(n for n in whole if states.get(n) != "complete"),
        no_care=tuple(no_care),
        care_refused=any(one != LEFT_OUT for one in no_care.items()),
    )


def previous_sync(snapshot: Snapshot) -> int | None:
    """The instant of the sync before this one (epoch ms), None where this is the first."""
    told = snapshot.meta.get("previous_as_of")
    if told is None and len(snapshot.changes):  # data of an earlier version does not say
        told = snapshot.changes["since"].max()
    return None if told is None else int(told)


def compared_from(snapshot: Snapshot) -> dict[str, int]:
    """Dataset → the instant from which on syncs compare it (epoch ms), where one was blind.

    Data of an earlier version does not say.
    """
    return dict(snapshot.meta.get("compared_from") or {})


def watched_from(snapshot: Snapshot) -> int | None:
    """The instant from which on syncs compare (epoch ms), None where this is the first."""
    before = previous_sync(snapshot)
    if before is None:
        return None
    told = int(snapshot.meta.get("watched_from", 0))
    if told:
        return min(told, before)
    # Data of an earlier version does not say: what it compared with is as far as is known.
    since = snapshot.changes["since"]
    return min([before, int(since.min())] if len(since) else [before])
