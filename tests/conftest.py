"""What a run shows at its end: each trap of the simulated site, the test that meets it, the result.

A test says by the mark `meets` which traps it meets, and by the fixture `tell` how that went.
Other suites may add a line of their own: record_property("summary_line", "worlds: all equal").
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest
from hypothesis import settings

# The same examples in every run; `--hypothesis-profile=default` looks for new ones.
settings.register_profile("steady", derandomize=True, database=None, deadline=None)
settings.load_profile("steady")

# Where it fails, what this asserts for many tests is explained as in a test of its own.
pytest.register_assert_rewrite("tests.reading.stage")

Tell = Callable[[str, str], None]
_TRAP, _RESULT, _LINE = "trap", "trap_result", "summary_line"
_FAILED = pytest.StashKey[bool]()
_OTHER_OUTCOMES = ("failed", "error", "skipped", "xfailed")


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", "meets(*traps): the traps that a test has to meet")


@pytest.fixture
def tell(
    request: pytest.FixtureRequest, record_property: Callable[[str, object], None]
) -> Iterator[Tell]:
    """Notes what became of a trap; a test that says nothing of a trap it should meet fails."""
    wanted = {str(trap) for mark in request.node.iter_markers("meets") for trap in mark.args}
    for trap in sorted(wanted):
        record_property(_TRAP, trap)
    told: set[str] = set()

    def note(trap: str, result: str) -> None:
        told.add(trap)
        record_property(_RESULT, [trap, result])

    yield note
    assert not told - wanted, "the mark `meets` names every trap that is told of"
    failed = request.node.stash.get(_FAILED, False)
    assert failed or told == wanted, f"nothing was told of {sorted(wanted - told)}"


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item,
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    report = yield
    if report.when == "call":
        item.stash[_FAILED] = not report.passed
    return report


@dataclass
class Rows:
    """What the reports of a run tell: (test, result) by trap, and lines of other suites."""

    met: dict[str, list[tuple[str, str]]] = field(default_factory=dict)
    lines: dict[str, None] = field(default_factory=dict)
    missed: int = 0

    @classmethod
    def of(cls, stats: dict[str, list[Any]]) -> Rows:
        rows = cls()
        for outcome in ("passed", *_OTHER_OUTCOMES):
            for report in stats.get(outcome, []):
                if outcome != "passed" or getattr(report, "when", "") == "call":
                    rows._add(outcome, report)
        return rows

    def _add(self, outcome: str, report: Any) -> None:
        properties = getattr(report, "user_properties", [])
        test = report.nodeid.partition("[")[0].removeprefix("tests/").replace(".py::test_", "::")
        if outcome != "passed":
            wanted = [str(value) for name, value in properties if name == _TRAP]
            self.missed += len(wanted)
            for trap in wanted:
                self.met.setdefault(trap, []).append((test, outcome.upper()))
            return
        self.lines |= {str(value): None for name, value in properties if name == _LINE}
        for trap, result in (value for name, value in properties if name == _RESULT):
            self.met.setdefault(trap, []).append((test, result))

    def verdict(self, traps: set[str]) -> str:
        there = len(traps & self.met.keys())
        if self.missed:
            return f"{len(traps)} traps, {self.missed} NOT MET"
        if there < len(traps):
            return f"{there} of {len(traps)} traps met in this run, none skipped"
        return f"{there} traps, all met, none skipped"


def pytest_terminal_summary(terminalreporter: Any) -> None:
    rows = Rows.of(terminalreporter.stats)
    if not rows.met and not rows.lines:
        return
    terminalreporter.section("traps of the simulated site")
    if rows.met:
        from jira_usage.demo import DemoSite

        table = [
            (trap, test, result)
            for trap, found in sorted(rows.met.items())
            for test, result in found[:1]
        ]
        widths = [max(len(row[column]) for row in table) for column in (0, 1)]
        for trap, test, result in (("trap", "test", "result"), *table):
            terminalreporter.line(f"{trap:<{widths[0]}}  {test:<{widths[1]}}  {result}")
        terminalreporter.line(rows.verdict(set(DemoSite.traps_available())))
    for line in rows.lines:
        terminalreporter.line(line)
