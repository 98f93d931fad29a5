"""A few days of `python -m tests.robustness.soak`, in every run."""

from collections.abc import Callable
from pathlib import Path

from .soak import Gauge, grown, soak

DAYS, READERS, SEED = 3, 8, 2


def test_readers_see_whole_snapshots_while_syncs_run(
    tmp_path: Path, record_property: Callable[[str, object], None]
) -> None:
    record = soak(DAYS, SEED, READERS, tmp_path / "home")
    assert record.wrong == []
    assert record.reads > READERS and len(record.gauges) == DAYS
    record_property(
        "summary_line",
        f"soak: {DAYS} days of bad weather, {READERS} readers, nothing grew, nothing lost",
    )


def test_what_grows_is_noticed() -> None:
    level = Gauge(100.0, 9, 50, 20, 1.0)
    assert list(grown([level] * 20)) == []
    for more in (
        Gauge(200.0, 9, 50, 20, 1.0),
        Gauge(100.0, 12, 50, 20, 1.0),
        Gauge(100.0, 9, 90, 20, 1.0),
        Gauge(100.0, 9, 50, 200, 1.0),
    ):
        assert len(list(grown([*[level] * 19, more]))) == 1
