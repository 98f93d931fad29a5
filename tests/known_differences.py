"""Where Jira Cloud, as it is, differs from Atlassian's description of it: all that is known.

Everything else that an answer or a request breaks is a mistake, of the simulated site or of
the app. A difference that nothing shows any more is to be struck off.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tests.openapi import Fault


@dataclass(frozen=True)
class Difference:
    """`where` ends the path in an answer; `rule` and `told` are those of a Fault.

    `source` is where the real thing was seen: a recorded answer, or Atlassian's own words.
    """

    where: str
    rule: str
    told: str
    reason: str
    source: str

    def explains(self, fault: Fault) -> bool:
        same = (fault.rule, fault.told) == (self.rule, self.told)
        return same and re.search(f"{self.where}$", fault.where) is not None


IN_ANSWERS = (
    Difference(
        r"\.changeHistories\[\]\.created",
        "type",
        "integer",
        "The bulk of histories gives instants as numbers where a text is described.",
        "the example of POST /changelog/bulkfetch in the description itself",
    ),
    Difference(
        r"\.items\[\]\.(from|fromString|to|toString)",
        "type",
        "null",
        "A field that was or becomes empty is null; the description knows texts only.",
        "devlake_changelog_v3.json: 132 of its items",
    ),
    Difference(
        r"\.histories\[\]\.items\[\]",
        "undescribed",
        "tmpFromAccountId",
        "A change of the assignee names the accounts a second time.",
        "devlake_issues_expand_changelog.json: 39 of its items",
    ),
    Difference(
        r"\.histories\[\]\.items\[\]",
        "undescribed",
        "tmpToAccountId",
        "The same.",
        "devlake_issues_expand_changelog.json: 39 of its items",
    ),
    Difference(
        r"\.emailAddress",
        "type",
        "null",
        "A hidden address may be null, as the property's description says and its type does not.",
        "User.emailAddress: “this may be returned as null”",
    ),
    Difference(
        r"\$\.nextPageToken",
        "type",
        "null",
        "The last page has no token or a null: described in words, not by the type.",
        "BulkChangelogResponseBean.nextPageToken: “this token will be null”",
    ),
    Difference(
        r"\.fields\.comment",
        "undescribed",
        "self",
        "Comments that are embedded in an issue name their own address.",
        "devlake_issues_expand_changelog.json: all 36 issues",
    ),
    Difference(
        r"\.fields\.(assignee|duedate|resolution)",
        "type",
        "null",
        "A field of an issue that is empty is null; the description leaves fields open.",
        "devlake_issues_expand_changelog.json",
    ),
    Difference(
        r"\.projectTypeKey",
        "enum",
        "product_discovery",
        "There is a fourth type of project.",
        "public recordings of GET /project; it goes with the license jira-product-discovery",
    ),
    Difference(
        r"\$\.records\[\]",
        "undescribed",
        "authorAccountId",
        "Audit records name the account that did it.",
        "the example of GET /auditing/record in the description itself",
    ),
)

# A schema that describes nothing, and the one that its own examples keep to.
EMPTY_SCHEMAS = {"ErrorCollections": "ErrorCollection"}
# Whom the door itself turns away, with a token that has scopes, gets these keys and no others:
# https://github.com/raycast/extensions/issues/11212
TURNED_AWAY = {"code", "message"}
# Paths that are asked for and not described, with what stands for them in the description.
OTHER_PATHS = {
    # Version 2 stands beside version 3; both have the operation.
    "/rest/api/2/serverInfo": "/rest/api/3/serverInfo",
    # Where the site's cloud id is found: https://github.com/stablyai/orca/pull/20092
    "/_edge/tenant_info": "",
}
# Where tokens with scopes go, before the path: the same.
GATEWAY = re.compile(r"^/ex/jira/[0-9a-f-]{36}(?=/)")


def unexplained(faults: list[Fault]) -> list[Fault]:
    """The faults that are no known difference."""
    return [f for f in faults if not any(known.explains(f) for known in IN_ANSWERS)]
