"""The library `atlassian-python-api`, in two ways."""

from __future__ import annotations

from functools import partial

from .peer import HERE, Peer, records, script

_SCRIPT = "use_atlassian.py"
_REQUIREMENTS = HERE / "atlassian_python_api.txt"

PEER = Peer(
    name="atlassian-python-api",
    how=(
        "JiraCloud: enhanced_jql(expand=changelog), 100 a page; where a list is cut: "
        "get_change_logs, get_comments, get_issue_worklog; groups by application roles"
    ),
    requirements=_REQUIREMENTS,
    prepare=partial(script, name=_SCRIPT),
    told=records,
)
IN_BULK = Peer(
    name="atlassian-python-api in bulk",
    how=(
        "JiraCloud at its best, with paging written by hand: enhanced_jql, get_bulk_changelogs "
        "(1,000 issues), get_comments where cut, the feed of work logs and get_worklogs_for_ids"
    ),
    requirements=_REQUIREMENTS,
    prepare=lambda visit: script(visit, _SCRIPT, "bulk"),
    told=records,
)
