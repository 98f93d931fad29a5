"""Charts draw what metrics have summed, and nothing else."""

from __future__ import annotations

import colorsys
import json
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from itertools import combinations, pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import plotly.graph_objects as go
import plotly.io as pio
import pytest

from jira_usage import charts
from jira_usage.charts import look
from jira_usage.decisions import Noted, Thresholds
from jira_usage.metrics import answers
from jira_usage.metrics.verdicts import verdict_counts
from jira_usage.metrics.words import WEEKDAYS
from jira_usage.period import DAY_MS
from jira_usage.snapshot import Snapshot
from tests.builders import NOW, act, company, product, project, snapshot, window

HOSTILE = '<a href="https://evil.example">x</a>'


def all_charts(kept: Snapshot, days: int) -> dict[str, Any]:
    """Every chart of a snapshot."""
    period = window(days)
    told = answers.person_page(kept, period, False, "ann")
    judged = answers.judged(kept, period, False, Noted()).people
    return {
        "who_works": charts.who_works(verdict_counts(judged["verdict"], Thresholds())),
        "active_trend": charts.active_trend(answers.active_trend(kept, period, False)),
        "kinds_by_day": charts.kinds_by_day(answers.acts_by_day(kept, period, False)),
        "kinds_of_person": charts.kinds_of_person(told["kinds"]),
        "person_calendar": charts.person_calendar(told["calendar"]),
        "product_days": charts.product_days(answers.product_days(kept, period, False)),
        "projects": charts.projects_by_people(answers.project_activity(kept, period, False)),
        "weekday_hours": charts.weekday_hours(answers.weekday_hours(kept, period, False), "UTC"),
    }


@pytest.mark.parametrize("days", [1, 7, 30, 90, 366])
def test_an_empty_site_draws(tmp_path: Path, days: int) -> None:
    for made in all_charts(snapshot(tmp_path), days).values():
        assert made.to_json()


@pytest.mark.parametrize("days", [1, 7, 30, 90, 366])
def test_a_small_site_draws(tmp_path: Path, days: int) -> None:
    for made in all_charts(snapshot(tmp_path, covered_days=20, **company()), days).values():
        assert made.to_json() and made.layout.height


def test_who_works_has_a_segment_for_each_verdict(tmp_path: Path) -> None:
    made = all_charts(snapshot(tmp_path, **company()), 7)["who_works"]
    assert [(bar.name, bar.x[0], bar.marker.color) for bar in made.data] == [
        ("Working", 2, look.PEOPLE),
        ("Never seen working", 1, look.VERDICTS["never"]),
    ]


def test_weekends_are_grey_and_today_is_hatched(tmp_path: Path) -> None:
    made = all_charts(snapshot(tmp_path, **company()), 7)["active_trend"]
    bars = {trace.name: trace for trace in made.data}
    assert bars["Weekend"].marker.color == look.WEEKEND and len(bars["Weekend"].x) == 2
    assert bars["Today so far"].marker.pattern.shape == "/" and len(bars["Today so far"].x) == 1
    assert sum(len(bar.x) for name, bar in bars.items() if name != "7-day mean") == 7


def test_the_line_of_means_catches_no_click_and_its_bars_tell_the_mean(tmp_path: Path) -> None:
    made = all_charts(snapshot(tmp_path, **company()), 30)["active_trend"]
    traces = {trace.name: trace for trace in made.data}
    assert traces["7-day mean"].hoverinfo == "skip"
    early, late = (traces["Working day"].customdata[place] for place in (0, -1))
    assert early == "0 acts of all accounts"
    assert late == "2 acts of all accounts<br>7-day mean: <b>0.4</b>"


def test_days_that_were_not_read_are_shaded_and_have_no_bar(tmp_path: Path) -> None:
    kept = snapshot(tmp_path, covered_days=3, **company())
    made = charts.active_trend(answers.active_trend(kept, window(10), False))
    assert [shape.type for shape in made.layout.shapes] == ["rect"]
    assert made.layout.annotations[0].text == "not read"
    first = pd.Timestamp(window(10).start_ms + 7 * DAY_MS, unit="ms").date()
    assert min(day for bar in made.data for day in bar.x) >= first


def test_a_calendar_has_a_cell_for_each_day(tmp_path: Path) -> None:
    kept = snapshot(tmp_path, covered_days=100, **company())
    for days in (30, 90):
        told = answers.person_page(kept, window(days), False, "ann")["calendar"]
        cells = charts.person_calendar(told).data[0].z
        assert sum(cell is not None and cell == cell for row in cells for cell in row) == days


@pytest.mark.parametrize("days", [60, 90, 180, 366])
def test_a_long_calendar_names_no_more_weeks_than_there_is_room_for(
    tmp_path: Path, days: int
) -> None:
    told = answers.person_page(snapshot(tmp_path, **company()), window(days), False, "ann")
    assert 4 <= len(charts.person_calendar(told["calendar"]).layout.xaxis.tickvals) <= 8


def test_every_hour_of_the_week_is_a_point_that_says_what_it_holds(tmp_path: Path) -> None:
    """Streamlit tells of clicked points only, never of a heatmap's cells."""
    at = window(30).end_ms - 10 * DAY_MS
    acts = [act("ann", at=at + minute * 60_000) for minute in range(3)]
    kept = snapshot(tmp_path, **(company() | {"acts": acts}))
    shades, points = all_charts(kept, 30)["weekday_hours"].data
    assert shades.hoverinfo == "skip" and points.marker.opacity == 0
    assert len(points.customdata) == len(set(zip(points.x, points.y, strict=True))) == 168
    [[weekday, hour, _, words]] = [told for told in points.customdata if told[2] == 3]
    assert words.startswith(f"{WEEKDAYS[weekday]}, {hour:02d}:00 to {hour:02d}:59: <b>3 acts</b>")
    quiet = next(told for told in points.customdata if not told[2])
    assert quiet[3].endswith("<b>0 acts</b>")


def test_an_hour_that_was_not_read_is_not_called_quiet(tmp_path: Path) -> None:
    kept = snapshot(tmp_path, covered_days=2, **company())
    _, points = all_charts(kept, 30)["weekday_hours"].data
    assert sum(told[3].endswith(": not read") for told in points.customdata) >= 4 * 24


def test_a_pointer_on_a_kind_of_a_day_is_on_that_part_alone(tmp_path: Path) -> None:
    """In a unified hover a click takes the first kind, whichever part it was on."""
    made = all_charts(snapshot(tmp_path, **company()), 30)["kinds_by_day"]
    assert made.layout.hovermode == "closest" and len(made.data) == 3


def test_what_does_not_count_is_gray_and_says_so_until_it_counts(tmp_path: Path) -> None:
    made = company()
    made["acts"].append(act("ann", at=NOW - 2 * DAY_MS, act="issue_created"))
    kept = snapshot(tmp_path, **made)
    for count_created, label, color in (
        (False, "Created an issue (not counted)", look.UNCOUNTED),
        (True, "Created an issue", look.KINDS["created"]),
    ):
        told = answers.person_page(kept, window(7), count_created, "ann")["kinds"]
        bars = charts.kinds_of_person(told).data[0]
        colors = dict(zip(bars.y, bars.marker.color, strict=True))
        assert colors[label] == color and colors["Wrote a comment"] == look.KINDS["comments"]


def test_names_from_jira_are_no_markup(tmp_path: Path) -> None:
    changed = company() | {
        "projects": [project("WEB", name=HOSTILE)],
        "products": [product(name=HOSTILE)],
    }
    drawn = all_charts(snapshot(tmp_path, **changed), 7)
    assert "<a href" not in str(drawn["projects"].data[0].y)
    assert "<a href" not in str(drawn["product_days"].layout.annotations)


def contrast(one: str, other: str) -> float:
    def luminance(color: str) -> float:
        parts = [int(color[place : place + 2], 16) / 255 for place in (1, 3, 5)]
        linear = [p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts]
        return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]

    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


@pytest.mark.parametrize("page", ["#FFFFFF", "#161A1D"])
def test_colors_can_be_told_from_the_page(page: str) -> None:
    for color in (*look.VERDICTS.values(), *look.KINDS.values(), look.MEAN):
        assert contrast(color, page) >= 2.8, color
    for color in set(look.VERDICTS.values()) - {look.UNTOLD}:
        assert contrast(color, "#FFFFFF") >= 4.5, f"white words on {color}"


@pytest.mark.parametrize(("page", "ink"), [("#FFFFFF", "#101214"), ("#161A1D", "#E6EAEE")])
def test_the_digits_of_the_calendar_can_be_read_on_every_cell(page: str, ink: str) -> None:
    for _, shade in look.SHADES_UNDER_TEXT:
        *rgb, alpha = (float(part) for part in shade[5:-1].split(","))
        under = [int(page[place : place + 2], 16) for place in (1, 3, 5)]
        mixed = [round(c * alpha + u * (1 - alpha)) for c, u in zip(rgb, under, strict=True)]
        assert contrast("#" + "".join(f"{part:02X}" for part in mixed), ink) >= 4.5, shade


def test_a_day_far_above_the_usual_is_noted_on_the_chart(tmp_path: Path) -> None:
    many = [act("ann", at=NOW - 2 * DAY_MS, act="issue_changed") for _ in range(60)]
    kept = snapshot(tmp_path, **(company() | {"acts": many}))
    period = window(14)
    told = answers.active_trend(kept, period, False), answers.spikes(kept, period, False)
    [note] = charts.active_trend(*told).layout.annotations
    assert "acts" in note.text and "60 acts, 100% of them changes to issues" in note.hovertext


def test_things_have_a_color_of_their_own() -> None:
    colors = [*look.VERDICTS.values(), *look.KINDS.values()]
    assert len(set(colors)) == len(colors)
    hues = [
        colorsys.rgb_to_hsv(*(int(c[i : i + 2], 16) / 255 for i in (1, 3, 5)))[0] for c in colors
    ]
    assert len({round(hue, 2) for hue in hues}) >= len(colors) - 1


def test_a_chart_that_changes_no_more_is_sent_as_it_was_drawn() -> None:
    told = verdict_counts(pd.Series(["working", "working", "quiet"]), Thresholds())
    drawn = charts.who_works(told)
    still = charts.still(charts.who_works, told)
    assert pio.to_json(still.to_dict(), validate=False) == pio.to_json(drawn, validate=False)
    assert still.to_dict() == still.to_dict() == drawn.to_dict()


def test_words_beside_the_marks_take_the_ink_of_a_theme(tmp_path: Path) -> None:
    for name, made in all_charts(snapshot(tmp_path, **company()), 30).items():
        inked = charts.in_ink(made, "#123456").to_dict()
        assert "#123456" in set(colors_of_text(inked)), name
        checked = pio.to_json(go.Figure(inked), validate=False)
        assert json.loads(checked) == json.loads(pio.to_json(inked, validate=False)), name
    still = charts.still(charts.who_works, verdict_counts(pd.Series(["working"]), Thresholds()))
    assert charts.in_ink(still, "#123456") is charts.in_ink(still, "#123456")
    assert "#123456" not in str(still.to_dict())


def test_many_may_ink_the_same_chart_at_once(tmp_path: Path) -> None:
    told = all_charts(snapshot(tmp_path, **company()), 30)["active_trend"].to_dict()
    with ThreadPoolExecutor(8) as pool:
        inked = list(pool.map(lambda _: charts.in_ink(told, "#123456"), range(64)))
    assert {trace["type"] for made in inked for trace in made.to_dict()["data"]} == {
        *(trace["type"] for trace in told["data"])
    }


# What is seen without red, green or blue, in linear RGB: Machado, Oliveira and Fernandes,
# "A Physiologically-based Model for Simulation of Color Vision Deficiency", 2009, severity 1.
SEEN_WITHOUT = {
    "nothing": np.eye(3),
    "red": np.array(
        [[0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216],
         [-0.003882, -0.048116, 1.051998]]
    ),
    "green": np.array(
        [[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413],
         [-0.011820, 0.042940, 0.968881]]
    ),
    "blue": np.array(
        [[1.255528, -0.076749, -0.178779], [-0.078411, 0.930809, 0.147602],
         [0.004733, 0.691367, 0.303900]]
    ),
}  # fmt: skip
XYZ = np.array(
    [[0.4124564, 0.3575761, 0.1804375], [0.2126729, 0.7151522, 0.0721750],
     [0.0193339, 0.1191920, 0.9503041]]
)  # fmt: skip
WHITE = np.array([0.95047, 1.0, 1.08883])


def apart(one: str, other: str, without: str) -> float:
    """How far two colors are apart (CIE 1976) to whoever sees without one of three."""

    def lab(color: str) -> np.ndarray:
        part = np.array([int(color[n : n + 2], 16) for n in (1, 3, 5)]) / 255
        linear = np.where(part <= 0.04045, part / 12.92, ((part + 0.055) / 1.055) ** 2.4)
        seen = XYZ @ np.clip(SEEN_WITHOUT[without] @ linear, 0, 1) / WHITE
        x, y, z = np.where(seen > 0.008856, np.cbrt(seen), 7.787 * seen + 16 / 116)
        return np.array([116 * y - 16, 500 * (x - y), 200 * (y - z)])

    return float(np.linalg.norm(lab(one) - lab(other)))


@pytest.mark.parametrize("without", SEEN_WITHOUT)
def test_colors_are_told_apart_by_the_color_blind(without: str) -> None:
    trend = (look.PEOPLE, look.WEEKEND, look.MEAN)
    for colors in (list(look.VERDICTS.values()), list(look.KINDS.values()), trend):
        for one, next_one in pairwise(colors):
            assert apart(one, next_one, without) >= 12, f"{one} lies beside {next_one}"
        for one, other in combinations(colors, 2):
            assert apart(one, other, without) >= 7, f"{one} {other}"


def colors_of_text(told: Any, name: str = "") -> Iterator[str]:
    """The colors of all fonts in a figure."""
    if isinstance(told, dict):
        if name.endswith("font") and "color" in told:
            yield str(told["color"])
        for key, value in told.items():
            if key != "template":
                yield from colors_of_text(value, key)
    elif isinstance(told, list | tuple):
        for value in told:
            yield from colors_of_text(value, name)


def test_no_text_on_the_page_has_a_color_that_only_one_theme_can_show(tmp_path: Path) -> None:
    """No gray holds 4.5:1 on both pages, so what has a color stands on a color or takes it all."""
    grays = [f"#{shade:02X}{shade:02X}{shade:02X}" for shade in range(256)]
    assert not [g for g in grays if min(contrast(g, "#FFFFFF"), contrast(g, "#161A1D")) >= 4.5]
    for name, made in all_charts(snapshot(tmp_path, **company()), 30).items():
        assert set(colors_of_text(made.to_dict())) <= {"white", "rgba(0,0,0,0)"}, name
