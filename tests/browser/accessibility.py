"""What axe-core finds on a page, without what is Streamlit's own and out of reach."""

from __future__ import annotations

from typing import Any

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

SERIOUS = ("serious", "critical")
RULES = {"runOnly": {"type": "tag", "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa"]}}
COLORS = {"runOnly": {"type": "rule", "values": ["color-contrast", "link-in-text-block"]}}
"""The rules that another theme can break."""
# Rule and a part of the element's HTML or place: found in Streamlit's own markup, which no
# page can change. Each with its reason; a new Streamlit may take one away.
STREAMLITS_OWN: dict[tuple[str, str], str] = {}


def serious_findings(page: Page, rules: dict[str, Any] = RULES) -> list[str]:
    """“rule: place: HTML” for every serious or critical finding that is ours."""
    told = Axe().run(page, options=rules).response["violations"]
    return [
        f"{found['id']}: {place(node)}: {node['html'][:300]}"
        for found in told
        if found["impact"] in SERIOUS
        for node in found["nodes"]
        if not is_streamlits(found["id"], node)
    ]


def place(node: dict[str, Any]) -> str:
    return " ".join(str(part) for part in node["target"])


def is_streamlits(rule: str, node: dict[str, Any]) -> bool:
    where = place(node) + node["html"]
    return any(rule == known and part in where for known, part in STREAMLITS_OWN)
