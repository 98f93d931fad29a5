"""Answers of real Jira sites, as others recorded and published them."""

import json
import os
from pathlib import Path
from typing import Any

import pytest


def load(name: str) -> Any:
    """A file of the folder that JIRA_RECORDED names; a test without it says so."""
    return json.loads((folder() / f"{name}.json").read_text())


def folder() -> Path:
    named = os.environ.get("JIRA_RECORDED")
    if not named:
        pytest.skip("JIRA_RECORDED names no folder of recorded answers")
    return Path(named)
