"""Filters with counts: which rows have which option, and how many each choice would show."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

Rows = npt.NDArray[np.int64]
Places = npt.NDArray[np.integer[Any]]
Mask = npt.NDArray[np.bool_]
Choices = Mapping[str, Sequence[str]]


@dataclass(frozen=True)
class Facet:
    """One filter. A row may have several options: `rows[i]` has option number `codes[i]`.

    Options of one facet widen the choice, facets narrow each other. `unknown` says why
    nothing can be told, and then there are no options.
    """

    key: str
    label: str
    options: tuple[str, ...]
    labels: Mapping[str, str]
    rows: Places
    codes: Places
    help: str = ""
    unknown: str = ""

    def __post_init__(self) -> None:
        """Makes the numbers small: where many work in many projects there are millions."""
        for name in ("rows", "codes"):
            object.__setattr__(self, name, getattr(self, name).astype(np.int32, copy=False))

    def offered(self, chosen: Sequence[str]) -> list[str]:
        """The options worth showing: those that some row has, and those that are chosen."""
        numbers = np.bincount(self.codes, minlength=len(self.options))
        return [o for n, o in enumerate(self.options) if numbers[n] or o in chosen]

    def only(self, options: Sequence[str]) -> Facet:
        """The same facet with some of its options."""
        kept = [number for number, option in enumerate(self.options) if option in options]
        new = np.full(len(self.options) + 1, -1, dtype=np.int64)
        new[kept] = np.arange(len(kept))
        codes = new[self.codes]
        told = tuple(self.options[number] for number in kept)
        return replace(self, options=told, rows=self.rows[codes >= 0], codes=codes[codes >= 0])

    def mask(self, chosen: Sequence[str], size: int) -> Mask:
        """Which rows have one of the chosen options; all where none is chosen."""
        wanted = np.array([option in chosen for option in self.options], dtype=np.bool_)
        if not wanted.any():
            return np.ones(size, dtype=np.bool_)
        found = np.zeros(size, dtype=np.bool_)
        found[self.rows[wanted[self.codes]]] = True
        return found

    def counts(self, within: Mask) -> dict[str, int]:
        """How many of the rows in `within` have each option."""
        number = np.bincount(self.codes[within[self.rows]], minlength=len(self.options))
        return dict(zip(self.options, number.tolist(), strict=True))


@dataclass(frozen=True)
class Selection:
    """The rows that were chosen, ascending, and for each facet what its options would show."""

    rows: Rows
    counts: dict[str, dict[str, int]] = field(default_factory=dict)


def facet_of(
    key: str,
    label: str,
    values: pd.Series | Sequence[Iterable[str]],
    words: Mapping[str, str] | None = None,
    *,
    help: str = "",
) -> Facet:
    """A facet from one value, or one list of values, per row.

    Options come in the order of `words`, then others by label. An option of `words` is one
    even where no row has it: choosing it shows nobody. An empty value is no option.
    """
    words = words or {}
    if isinstance(values, pd.Series):
        rows = np.arange(len(values), dtype=np.int64)
        flat = values.to_numpy(object)
    else:
        sizes = np.array([len(list(some)) for some in values], dtype=np.int64)
        rows = np.repeat(np.arange(len(sizes), dtype=np.int64), sizes)
        flat = np.array([option for some in values for option in some], dtype=object)
    codes, found = pd.factorize(flat)
    names = [str(name) for name in found]
    every = dict.fromkeys([*words, *names])
    rank = {option: place for place, option in enumerate(words)}
    by_label = sorted(
        (name for name in every if name),
        key=lambda name: (rank.get(name, len(rank)), words.get(name, name).casefold(), name),
    )
    place = {name: number for number, name in enumerate(by_label)}
    new = np.array([place.get(name, -1) for name in names] or [-1], dtype=np.int64)
    numbers = new[codes] if len(codes) else np.zeros(0, dtype=np.int64)
    kept = numbers >= 0
    labels = {name: words.get(name, name) for name in by_label}
    return Facet(key, label, tuple(by_label), labels, rows[kept], numbers[kept], help)


def unknown_facet(key: str, label: str, why: str) -> Facet:
    """A facet of which nothing is known, with the reason."""
    none = np.zeros(0, dtype=np.int64)
    return Facet(key, label, (), {}, none, none, unknown=why)


def choose(
    facets: Sequence[Facet], choices: Choices, size: int, also: Mask | None = None
) -> Selection:
    """The rows that pass every facet and `also`, and the counts of every option.

    The counts of a facet are those under all other filters: what choosing it would show.
    """
    everyone = np.ones(size, dtype=np.bool_) if also is None else also
    masks = [facet.mask(choices.get(facet.key, ()), size) for facet in facets]
    passed = np.logical_and.reduce([everyone, *masks])
    counts = {}
    for number, facet in enumerate(facets):
        if choices.get(facet.key):
            others = [mask for place, mask in enumerate(masks) if place != number]
            counts[facet.key] = facet.counts(np.logical_and.reduce([everyone, *others]))
        else:
            counts[facet.key] = facet.counts(passed)
    return Selection(np.flatnonzero(passed), counts)
