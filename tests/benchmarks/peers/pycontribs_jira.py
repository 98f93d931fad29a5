"""The library `jira` by pycontribs."""

from __future__ import annotations

from functools import partial

from .peer import HERE, Peer, records, script

PEER = Peer(
    name="jira",
    how=(
        "enhanced_search_issues(expand=changelog), 100 a page by nextPageToken; where a list is "
        "cut: issue(expand=changelog), comments(), worklogs(); group_members() of named groups"
    ),
    requirements=HERE / "pycontribs_jira.txt",
    prepare=partial(script, name="use_jira.py"),
    told=records,
)
