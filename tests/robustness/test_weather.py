"""A few of the syncs of `python -m tests.robustness.weather`, in every run."""

from collections.abc import Callable
from pathlib import Path

from .weather import ALL, KINDS, MOMENTS, weather

IN_EVERY_RUN = (ALL, *MOMENTS)
SEED = 3


def test_bad_weather_ends_in_the_truth_or_in_words_and_the_next_sync_heals(
    tmp_path: Path, record_property: Callable[[str, object], None]
) -> None:
    tallies = weather(len(IN_EVERY_RUN), SEED, tmp_path, IN_EVERY_RUN)
    wrong = {kind: tally.wrong for kind, tally in tallies.items() if tally.wrong}
    assert wrong == {}
    assert sum(tally.met for tally in tallies.values()) >= len(IN_EVERY_RUN) - 2
    record_property(
        "summary_line",
        f"bad weather: {len(IN_EVERY_RUN)} syncs, nothing lost; all {len(KINDS)} kinds: "
        "python -m tests.robustness.weather",
    )
