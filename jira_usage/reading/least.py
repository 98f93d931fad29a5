"""The fewest requests that could have read the same, with the pages that Jira serves."""

from __future__ import annotations

from jira_usage.api import (
    CHANGELOG_ISSUES,
    CHANGELOG_PAGE,
    COMMENT_IDS,
    COMMENTS_PAGE,
    MEMBERS_PAGE,
    PROJECTS_PAGE,
    SEARCH_IDS_PAGE,
    SEARCH_PAGE,
    USERS_PAGE,
    V3,
    WORKLOGS_PAGE,
)
from jira_usage.reading.members import MembersReading
from jira_usage.reading.site import Reading

FIRST_CONTACT = 2  # serverInfo and myself


def least_requests(reading: Reading) -> int:
    """The sum over all datasets that were read; what was refused cost its one request.

    An issue with a cut list of comments needs all its pages: which comments are
    embedded is not said, and old ones get edited. Where the known ones were asked for
    again and are all there is, they need their share of such requests.
    """
    people, work, desk = reading.people, reading.work, reading.desk
    sent, done = desk.cloud.transport.requests_sent, desk.counts
    found, traced = len(work.issues), desk.totals["histories"]
    by_ids = _pages(found, SEARCH_IDS_PAGE) + _pages(found, work.search.bulk_size)
    searched = min(_pages(found, SEARCH_PAGE), by_ids)
    histories = max(_pages(traced, CHANGELOG_ISSUES), _pages(done["changes"], CHANGELOG_PAGE))
    comments = sum(_pages(total, COMMENTS_PAGE) for total in work.comments.paged.values())
    known_comments = _pages(sum(work.comments.checked.values()), COMMENT_IDS)
    worklogs = _pages(desk.totals["work logs"], WORKLOGS_PAGE)
    ranked = _pages(work.histories.ranked, CHANGELOG_ISSUES)
    access = 1 + sum(_pages_of_group(people.groups, key) for key in people.members)
    projects = _pages(len(people.projects), PROJECTS_PAGE) + _pages(
        len(work.browsable or []), PROJECTS_PAGE
    )
    return (
        FIRST_CONTACT
        + max(1, searched)
        + histories + ranked
        + comments + known_comments
        + max(1, worklogs) + worklogs + 1
        + _pages(len(people.users), USERS_PAGE) + 1
        + access + len(people.groups.asked_accounts or ()) + sent[f"GET {V3}/auditing/record"]
        + len(people.access_groups)
        + 1 + len(people.approximate)
        + max(2, projects)
        + sent[f"GET {V3}/field"]
        + sent[f"GET {V3}/role"] + len(people.role_actors)
    )  # fmt: skip


def _pages_of_group(groups: MembersReading, group_id: str) -> int:
    """Of a group that is taken over, one page tells whether it still has as many members."""
    if group_id in groups.taken_over:
        return 1
    return max(1, _pages(len(groups.members[group_id]), MEMBERS_PAGE))


def _pages(number: int, size: int) -> int:
    return -(-number // size) if size else 0
