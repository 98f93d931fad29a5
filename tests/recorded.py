"""Answers of real Jira sites, as others recorded and published them."""

import json
import os
from pathlib import Path
from typing import Any

import pytest

from jira_usage.activity import Acts

USER_1, USER_7, USER_8 = (
    "26f3c859da462cd5767b3c5a",
    "19b92fc24b28c88d3e25a5f5",
    "a886d60da9b998decf6e92be",
)
USER_15 = "dee262d9bfffad016f26dc97"

Document = dict[str, Any]
Documents = list[Document]


def load(name: str) -> Any:
    """A file of the folder that JIRA_RECORDED names; a test without it says so."""
    return json.loads((folder() / f"{name}.json").read_text())


def folder() -> Path:
    named = os.environ.get("JIRA_RECORDED")
    if not named:
        pytest.skip("JIRA_RECORDED names no folder of recorded answers")
    return Path(named)


def issues() -> Documents:
    found: Documents = load("devlake_issues_expand_changelog")["issues"]
    return found


def worklogs() -> Documents:
    found: Documents = load("devlake_worklogs")["worklogs"]
    return found


def by_issue() -> dict[str, Documents]:
    found: dict[str, Documents] = load("devlake_changelog_v3")["byIssue"]
    return found


def response(name: str) -> Documents:
    found: Documents = load(name)["response"]
    return found


def all_users() -> Documents:
    users: Documents = load("devlake_users")["users"]
    return [*users, *response("users_search_app_accounts_2025"), *response("users_edge_shapes")]


def read_issues(documents: Documents) -> Acts:
    acts = Acts(0)
    for issue in documents:
        acts.add_issue_creation(issue["id"], issue["fields"])
        acts.add_comments(issue["id"], issue["fields"]["comment"]["comments"])
        acts.add_histories(issue["id"], issue["changelog"]["histories"])
    return acts
