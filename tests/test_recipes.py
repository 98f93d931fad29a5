"""The recipes for a server name only what exists. tests/browser/proxy_recipe.py tries nginx's."""

from __future__ import annotations

import re
from pathlib import Path

import click
import pytest
from streamlit import config

from jira_usage.cli import main
from jira_usage.errors import AuthenticationFailed, InvalidInput, PermissionMissing

FOLDER = Path(__file__).parents[1] / ".streamlit" / "server"
README = (Path(__file__).parents[1] / "README.md").read_text()
UNITS = sorted(FOLDER.glob("*.service"))


def test_every_recipe_is_in_the_readme() -> None:
    assert len(UNITS) == 2
    for path in FOLDER.iterdir():
        assert path.name in README, path.name


@pytest.mark.parametrize("unit", UNITS, ids=lambda path: path.name)
def test_a_unit_names_settings_that_exist(unit: Path) -> None:
    text = unit.read_text()
    names = re.findall(r"^Environment=(\w+)=", text, re.MULTILINE)
    ours = [name for name in names if name.startswith("JIRA_")]
    known = {option.env_var for option in config.get_config_options().values()}
    assert ours and set(ours) <= set(re.findall(r"`(JIRA_\w+)`", README))
    assert {name for name in names if name not in ours} <= known
    for option in re.findall(r"--((?:server|browser)\.\w+)", text):
        assert option in config.get_config_options()


def test_the_nightly_unit_runs_a_command_that_exists() -> None:
    [line] = re.findall(r"-m jira_usage (.*)", (FOLDER / "jira-usage-sync.service").read_text())
    name, *options = line.split()
    known = {o for p in main.commands[name].params if isinstance(p, click.Option) for o in p.opts}
    assert {option for option in options if option.startswith("--")} <= known


def test_the_nightly_unit_does_not_try_again_what_somebody_must_mend_first() -> None:
    """Jira locks a login after repeated failures."""
    text = (FOLDER / "jira-usage-sync.service").read_text()
    [codes] = re.findall(r"^RestartPreventExitStatus=(.*)", text, re.MULTILINE)
    mended = (InvalidInput, AuthenticationFailed, PermissionMissing)
    assert {int(code) for code in codes.split()} == {kind.exit_code for kind in mended}


def test_the_app_behind_the_recipe_listens_on_its_own_machine() -> None:
    unit, proxy = (FOLDER / "jira-usage.service").read_text(), (FOLDER / "nginx.conf").read_text()
    assert "--server.address 127.0.0.1" in unit
    [port] = re.findall(r"--server\.port (\d+)", unit)
    assert f"server 127.0.0.1:{port};" in proxy
