"""A company whose every name is an attack on whoever reads about it."""

from __future__ import annotations

from typing import Any

from tests.builders import company

SCRIPT = "</script><script>document.title='hacked'</script><img src=x onerror=alert(1)>"
FORMULA = "=1+1"
IMAGE = "![x](http://evil.example/x.png)"


def hostile_company(now: int) -> dict[str, Any]:
    """The company of four people, renamed; the acts are as they were."""
    rows = company(now=now)
    names = {"ann": SCRIPT, "ben": FORMULA, "cyn": IMAGE}
    rows["users"] = [
        {**one, "display_name": names.get(one["account_id"], one["display_name"])}
        for one in rows["users"]
    ]
    rows["products"][0]["product_name"] = SCRIPT
    rows["projects"][0]["name"] = SCRIPT
    rows["groups"][0]["name"] = FORMULA
    rows["groups"][1]["name"] = "+cmd|' /C calc'!A0"
    return rows
