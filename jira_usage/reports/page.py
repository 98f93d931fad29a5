"""A report as one HTML file that needs nothing else: no server, no request, no account."""

from __future__ import annotations

import base64
import gzip
import hashlib
from functools import cache
from importlib.resources import files
from typing import Any

import orjson
from jinja2 import Environment, StrictUndefined

from jira_usage.charts import CONFIG
from jira_usage.reports.content import Report

_HERE = files("jira_usage.reports")


def to_html(report: Report) -> bytes:
    """The whole report in one file of less than 2 MB.

    Every text is escaped, and a policy in the file lets the browser run nothing but the
    two scripts that were written into it, and ask nobody for anything.
    """
    plotly, script = _plotly(), _text("report.js")
    policy = (
        f"default-src 'none'; script-src {_hash(plotly)} {_hash(script)}; "
        "style-src 'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'none'"
    )
    page: str = _template().render(
        report=report,
        policy=policy,
        style=_text("report.css"),
        plotly=plotly,
        script=script,
        figures=_in_script(_figures(report)),
    )
    return page.encode()


def _figures(report: Report) -> dict[str, Any]:
    return {"config": {**CONFIG, "responsive": True}, "charts": report.charts()}


def _in_script(told: Any) -> str:
    """JSON that no text in it can end: not the script element, nor a line of JavaScript."""
    text = orjson.dumps(told).decode()
    for sign in "<>&\u2028\u2029":
        text = text.replace(sign, f"\\u{ord(sign):04x}")
    return text


def _hash(script: str) -> str:
    digest = hashlib.sha256(script.encode()).digest()
    return f"'sha256-{base64.b64encode(digest).decode()}'"


@cache
def _plotly() -> str:
    """The part of plotly.js that draws bars, lines and grids (MIT license, beside it)."""
    return gzip.decompress((_HERE / "plotly-cartesian.min.js.gz").read_bytes()).decode()


@cache
def _text(name: str) -> str:
    return (_HERE / name).read_text(encoding="utf-8")


@cache
def _template() -> Any:
    environment = Environment(
        autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    environment.filters["cell"] = _cell
    environment.tests["number"] = lambda value: isinstance(value, int)
    return environment.from_string(_text("report.html"))


def _cell(value: str | int | None) -> str:
    """A value of a table in words."""
    if value is None:
        return "unknown"
    return f"{value:,}" if isinstance(value, int) else value
