"""How long does it take, and how much memory, to write millions of events?"""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

from .. import child
from ..goal import Goal
from ..site_process import Site
from ..syncs import FirstAndLater, environment, sync_once

EVENTS = 3_000_000


def goals(syncs: Sequence[FirstAndLater]) -> list[Goal]:
    """The dataset `activity` of a snapshot with that many events, by the command line."""
    found = []
    with tempfile.TemporaryDirectory() as name, Site("small") as site:
        home = Path(name)
        sync_once(site, home)
        told = environment(site.address, home)
        enlarge = [sys.executable, "-m", f"{__package__}.many_events"]
        child.run(enlarge, environment=told).or_raise()
        for form in ("parquet", "csv"):
            path = home / f"activity.{form}"
            words = ["export", "activity", "--format", form, "--output", str(path)]
            export = [sys.executable, "-m", "jira_usage", *words]
            cost = child.run(export, environment=told).or_raise()
            size = f"{EVENTS / 1e6:.0f} M"
            note = (
                f"{_rows(path):,} rows, {path.stat().st_size / 1e6:,.0f} MB; CPU {cost.cpu_s:.1f} s"
            )
            found += [
                Goal(f"export to {form}: time", size, cost.wall_s, form="{:.1f} s", note=note),
                Goal(f"export to {form}: memory", size, cost.peak_mb, form="{:,.0f} MB"),
            ]
    return found


def _rows(path: Path) -> int:
    """How many rows a file holds, so that nothing is praised for what it left out."""
    import pyarrow.parquet as pq

    if path.suffix == ".parquet":
        return int(pq.read_metadata(path).num_rows)
    with path.open("rb") as lines:
        return sum(1 for _ in lines) - 1
