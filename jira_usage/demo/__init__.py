"""A simulated Jira Cloud site over HTTP: for the first run, the tests and the benchmarks."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from jira_usage.demo.simulator import DemoSite, serve

__all__ = ["DemoSite", "serve"]


def __getattr__(name: str) -> Any:
    if name in __all__:
        from jira_usage.demo import simulator

        return getattr(simulator, name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
