"""What the README promises is there, and what is there is in the README."""

import re
from pathlib import Path

import click
import pytest

from jira_usage.cli import HELP, main
from jira_usage.datasets import DATASETS
from jira_usage.errors import JiraUsageError
from jira_usage.schema import COVERAGE_WORDS

ROOT = Path(__file__).parent.parent
README = (ROOT / "README.md").read_text()


def test_exactly_two_commands_set_everything_up() -> None:
    set_up = [line.strip() for line in README.splitlines() if "python3 -m venv" in line]
    assert len(set_up) == 2
    assert set_up[0].endswith("streamlit run app.py") and set_up[1].endswith("-m pytest")
    for requirements in re.findall(r"-r (\S+)", " ".join(set_up)):
        assert (ROOT / requirements).exists()


@pytest.mark.parametrize("name", sorted(main.commands))
def test_every_command_and_option_is_explained(name: str) -> None:
    assert f"`{name}" in README or f"jira_usage {name}" in README
    for parameter in main.commands[name].params:
        if isinstance(parameter, click.Option):
            assert any(f"`{o}" in README or f"{o}`" in README for o in options(parameter))


def options(parameter: click.Option) -> list[str]:
    return [*parameter.opts, *parameter.secondary_opts]


def test_every_option_that_is_named_exists() -> None:
    known = {
        o
        for command in main.commands.values()
        for p in command.params
        if isinstance(p, click.Option)
        for o in options(p)
    }
    assert set(re.findall(r"`(--[a-z-]+)", README)) <= known | {"--help"}


def test_every_setting_is_explained() -> None:
    sources = [
        path.read_text()
        for path in (ROOT / "jira_usage").rglob("*.py")
        if "demo" not in path.relative_to(ROOT).parts
    ]
    used = set(re.findall(r'"(JIRA_[A-Z_]+)"', " ".join(sources)))
    assert used == set(re.findall(r"\bJIRA_[A-Z_]+\b", README))


def test_every_page_is_named() -> None:
    app = (ROOT / "app.py").read_text()
    for title, hidden in re.findall(r'title="(\w+)"([^)]*hidden)?', app):
        assert f"| {title} |" in README or hidden


def test_every_dataset_word_and_exit_code_is_named() -> None:
    codes = {kind.exit_code for kind in {JiraUsageError} | subclasses(JiraUsageError)}
    [told] = re.findall(r"Exit codes: .*?\n\n", README, re.DOTALL)
    for code in codes:
        assert re.search(rf"\b{code} [a-z`]", told)
        assert re.search(rf"\b{code} [a-z]", HELP.partition("Exit codes:")[2])
    for word in (*DATASETS, *COVERAGE_WORDS):
        assert word in README


def subclasses(kind: type[JiraUsageError]) -> set[type[JiraUsageError]]:
    below = {k for child in kind.__subclasses__() for k in subclasses(child)}
    return below | set(kind.__subclasses__())


def test_every_picture_and_file_is_there() -> None:
    for path in re.findall(r"\]\(([^)#:]+)\)", README) + re.findall(r"`(tests/[^`]+)`", README):
        assert (ROOT / path).exists(), path
