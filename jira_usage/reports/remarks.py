"""Which remarks on coverage name nothing and nobody: sentences of known words, counts and dates."""

from __future__ import annotations

import re
from typing import Final

LEFT_OUT: Final = "A remark is left out here: it may name more than is shown."
NAMELESS: Final = (
    "{n} issue{s} with logged work can't be seen: archived, restricted or deleted. "
    "That work counts, other work there is unknown.",
    "{n} acts name no author, as Jira does for anonymous and deleted accounts: "
    "they count as actions, and for nobody.",
    "{n} issues went away while they were read.",
    "{n} entries could not be understood.",
    "The clock of this computer is {n} minutes {side} the site's: days follow the site's clock.",
    "Rankings of otherwise quiet issues were last read on {day}.",
    "Rankings of otherwise quiet issues are unknown.",
    "{n} large groups were read whole on {day}; since then only accounts that joined, left, "
    "changed or are named in Jira's audit log were looked at.",
    "The token can browse {n} of {n} projects.",
    "The token can browse {n} projects; without “Administer Jira” it can't tell how many more "
    "there are.",
    "Reading them would take {n} more requests and was left out.",
    "Jira lists nobody to this account.",
)
_GAPS: Final = {
    "{n}": "[0-9][0-9,]*",
    "{s}": "s?",
    "{day}": "[0-9]{4}-[0-9]{2}-[0-9]{2}",
    "{side}": "(?:behind|ahead of)",
}


def nameless(reason: str) -> str:
    """The sentences of a reason that name nothing and nobody; of others only that there are."""
    told = [found.group() for found in _KNOWN.finditer(reason)]
    if _KNOWN.sub("", reason).strip():
        told.append(LEFT_OUT)
    return " ".join(told)


def _shape(sentence: str) -> str:
    shape = re.escape(sentence)
    for gap, pattern in _GAPS.items():
        shape = shape.replace(re.escape(gap), pattern)
    return shape


_KNOWN: Final = re.compile(f"(?<!\\S)(?:{'|'.join(map(_shape, NAMELESS))})(?!\\S)")
