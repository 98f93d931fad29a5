"""The settings file: private, whole, and never half of a connection."""

from __future__ import annotations

from pathlib import Path

import pytest

from jira_usage import settings
from jira_usage.errors import InvalidInput

EXAMPLE = settings.USUAL_PLACE.with_name("secrets.toml.example")
JIRA = '[jira]\nsite = "acme.atlassian.net"\nemail = "ada@acme.example"\napi_token = "tok-1"\n'


def told(tmp_path: Path, text: str, mode: int = 0o600) -> dict[str, str]:
    path = tmp_path / "secrets.toml"
    path.write_text(text)
    path.chmod(mode)
    return {"JIRA_USAGE_SETTINGS": str(path)}


def test_the_connection_comes_from_the_file(tmp_path: Path) -> None:
    found = settings.environment(told(tmp_path, JIRA))
    assert found["JIRA_SITE"] == "acme.atlassian.net"
    assert found["JIRA_API_TOKEN"] == "tok-1"


def test_the_environment_goes_before_the_file_as_a_whole(tmp_path: Path) -> None:
    """A token of the file is never sent to a site of the environment."""
    given = {**told(tmp_path, JIRA), "JIRA_SITE": "other.atlassian.net"}
    assert settings.environment(given) == given


@pytest.mark.parametrize("mode", [0o644, 0o640, 0o604, 0o620, 0o602])
def test_a_file_that_others_reach_is_refused(tmp_path: Path, mode: int) -> None:
    with pytest.raises(InvalidInput, match="chmod 600") as refused:
        settings.sections(told(tmp_path, JIRA, mode))
    assert "tok-1" not in str(refused.value)


@pytest.mark.parametrize(
    "text",
    [JIRA.replace('"tok-1"', "tok-1"), JIRA + "more = 1", "jira = 3", '[jira]\nsite = ["a"]'],
)
def test_a_mistake_is_told_without_its_secrets(tmp_path: Path, text: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        settings.environment(told(tmp_path, text))
    assert "tok-1" not in str(refused.value)


def test_a_file_that_is_named_and_not_there_is_no_empty_one(tmp_path: Path) -> None:
    with pytest.raises(InvalidInput, match="not there"):
        settings.sections({"JIRA_USAGE_SETTINGS": str(tmp_path / "gone.toml")})


def test_the_example_is_what_this_version_reads(tmp_path: Path) -> None:
    found = settings.sections(told(tmp_path, EXAMPLE.read_text()))
    assert {"jira", "auth", "access"} <= set(found)
