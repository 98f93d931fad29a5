"""The house keeps its layers: who may import whom, and who may know which library."""

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
PACKAGE = ROOT / "jira_usage"

COLLECTING = {
    "interpreter",
    "documents",
    "changes",
    "heap",
    "known_comments",
    "merging",
    "publication",
    "shapes",
    "paging",
    "reading",
    "slim",
    "judging",
    "retry_after",
    "pace",
    "activity",
    "admission",
    "api",
    "connection",
    "coverage",
    "crew",
    "deep",
    "directory",
    "preflight",
    "sync",
    "transport",
    "worker",
}
HALL = {
    "among",
    "blobs",
    "decisions",
    "errors",
    "events",
    "forgetting",
    "generation",
    "links",
    "period",
    "proof",
    "pseudonyms",
    "rescue",
    "retention",
    "roles",
    "schedule",
    "schema",
    "scope",
    "seen",
    "settings",
    "store",
    "tally",
    "terms",
}
EXPLAINING = {"charts", "datasets", "metrics", "reports", "snapshot", "ui", "writers"}
# The last few look at both wings: they bring them together, or hold one against the other.
OUTSIDE = {
    "__init__",
    "__main__",
    "agreement",
    "alerts",
    "demo",
    "cli",
    "jobs",
    "nightly",
    "verify",
}

# Library → the rooms that may import it.
KEEPERS = {
    "requests": {"transport"},
    "subprocess": {"worker"},
    "urllib3": {"transport", "connection", "retry_after"},
    # Alerts go to the one mail server or webhook of the settings, which is no Jira: they have
    # nothing of the transport, and it has nothing of theirs.
    "smtplib": {"alerts"},
    "http": {"alerts", "transport"},
    "diskcache": {"blobs"},
    "plotly": {"charts"},
    "streamlit": {"ui"},
    "click": {"cli"},
    "starlette": {"demo"},
    "uvicorn": {"demo"},
}


def room(path: Path) -> str:
    """The module or folder directly in the package that a file belongs to."""
    return path.relative_to(PACKAGE).parts[0].removesuffix(".py")


def imports(path: Path) -> set[str]:
    """The absolute names of all modules a file imports."""
    names = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            names |= {node.module} | {f"{node.module}.{alias.name}" for alias in node.names}
    return names


def rooms_used(path: Path) -> set[str]:
    return {
        name.split(".")[1]
        for name in imports(path)
        if (name.startswith("jira_usage.") and (PACKAGE / name.split(".")[1]).exists())
        or (name.startswith("jira_usage.") and (PACKAGE / f"{name.split('.')[1]}.py").exists())
    }  # fmt: skip


FILES = sorted(PACKAGE.rglob("*.py"))


def test_every_module_has_its_place() -> None:
    assert {room(path) for path in FILES} == COLLECTING | HALL | EXPLAINING | OUTSIDE


@pytest.mark.parametrize("path", FILES, ids=lambda p: str(p.relative_to(PACKAGE)))
def test_the_layers_are_kept(path: Path) -> None:
    here, used = room(path), rooms_used(path)
    if here in HALL:
        assert used <= HALL
    elif here in EXPLAINING - {"ui"}:
        assert used <= HALL | EXPLAINING - {"ui"}, "the explaining wing can't reach the network"
    elif here in COLLECTING:
        assert used <= HALL | COLLECTING | {"__init__"}
    elif here == "demo":
        assert used <= {"demo"}, "the demo is a site of its own, and no friend of the app's"
    if here in EXPLAINING - {"ui"} or here in HALL:
        assert not used & COLLECTING


@pytest.mark.parametrize("path", FILES, ids=lambda p: str(p.relative_to(PACKAGE)))
def test_each_library_has_its_keeper(path: Path) -> None:
    libraries = {name.split(".")[0] for name in imports(path)}
    for library, rooms in KEEPERS.items():
        assert library not in libraries or room(path) in rooms
    assert not libraries & {"pickle", "shelve", "marshal"}


PAGES = sorted((ROOT / "pages").glob("*.py"))


@pytest.mark.parametrize("path", PAGES, ids=lambda p: p.name)
def test_a_page_holds_no_sums_and_opens_with_the_frame(path: Path) -> None:
    text = path.read_text()
    for sum_ in (".groupby(", ".merge(", ".apply(", ".pivot"):
        assert sum_ not in text
    assert "frame(" in text
    assert not rooms_used(path) & {"transport", "api", "store", "sync"}


def test_no_module_has_grown_past_a_question() -> None:
    long = {str(p): n for p in FILES if (n := len(p.read_text().splitlines())) > 450}
    assert not long
