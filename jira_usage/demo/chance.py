"""Which number does chance give this seed, this purpose and this row? Always the same one."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

Column = npt.NDArray[Any]

_GOLDEN = 0x9E3779B97F4A7C15
_MASK = (1 << 64) - 1


def mix(seed: int, purpose: int, rows: Column | int) -> Column:
    """Hash rows to 64-bit numbers (splitmix64), so that a row's luck does not hang on its order."""
    salt = np.uint64((seed * 0x9E3779B1 + purpose * _GOLDEN + 0x1234567) & _MASK)
    with np.errstate(over="ignore"):
        z = np.atleast_1d(np.asarray(rows)).astype(np.uint64) * np.uint64(_GOLDEN) + salt
        z = (z ^ (z >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
        z = (z ^ (z >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
        return z ^ (z >> np.uint64(31))


def luck(seed: int, purpose: int, rows: Column | int) -> Column:
    """Uniform numbers in [0, 1), one per row."""
    return (mix(seed, purpose, rows) >> np.uint64(11)).astype(np.float64) * (1.0 / (1 << 53))


def one(seed: int, purpose: int, row: int) -> int:
    """One 64-bit number as a plain int, for a single row."""
    z = (row * _GOLDEN + ((seed * 0x9E3779B1 + purpose * _GOLDEN + 0x1234567) & _MASK)) & _MASK
    z = ((z ^ (z >> 30)) * 0xBF58476D1CE4E5B9) & _MASK
    z = ((z ^ (z >> 27)) * 0x94D049BB133111EB) & _MASK
    return z ^ (z >> 31)


def generator(seed: int, purpose: int, row: int) -> np.random.Generator:
    """A stream of random numbers of its own, e.g. one per day of creation."""
    return np.random.default_rng([seed & 0xFFFFFFFF, purpose, row & 0xFFFFFFFF])
