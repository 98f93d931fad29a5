"""Two people who hold Jira and do nothing, and what Reclaim says of them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from jira_usage.decisions import Noted
from jira_usage.metrics import answers
from jira_usage.metrics.reclaim import Beside, Reclaim
from tests.builders import grants, group, members, product, project, snapshot, user
from tests.builders import window as window_of

NOBODY_DECIDED = Noted()
JIRA = "jira-software"


def listed(folder: Path, noted: Noted = NOBODY_DECIDED, **what: Any) -> Reclaim:
    """The list of a site on which p and q hold Jira and do nothing; 100 days are known."""
    beside = what.pop("beside", Beside())
    rows: dict[str, Any] = {
        "users": [user("p", name="Pia"), user("q", name="Quinn", email="q@acme.example")],
        "groups": [group("g", name="jira-users")],
        "members": members("g", "p", "q"),
        "products": [product()],
        "product_groups": [grants(JIRA, "g")],
        "projects": [project("WEB")],
        "covered_days": 100,
    }
    kept = snapshot(folder, **(rows | what))
    return answers.reclaim_list(kept, window_of(30), False, noted, beside)


def why_not(told: Reclaim, account_id: str = "p") -> list[str]:
    frame = told.explained(told.select({}).rows).set_index("account_id")
    return list(frame["reasons_against"][account_id])
