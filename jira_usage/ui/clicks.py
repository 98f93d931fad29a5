"""Buttons in the cells of a table: a click opens what a cell names, focus opens nothing.

A selected cell would open its page as soon as the keyboard enters the table: Streamlit
selects the first cell then.
"""

from __future__ import annotations

from typing import Any

import pandas as pd
import streamlit as st

BY_KEYBOARD = "By keyboard: in the table, Shift+Space ticks the row that you are in."
_WORD_JOINER = "\u2060"


def column(label: str, key: str, **more: Any) -> Any:
    """A column of texts that can be clicked; `key` tells the clicks of a table apart."""
    return st.column_config.ButtonColumn(label, type="tertiary", key=key, **more)


def names(key: str, *, width: int = 150) -> Any:
    """The column of names, which stays in sight; a click opens the person."""
    return column(
        "Name",
        key,
        pinned=True,
        alignment="left",
        width=width,
        help=f"Click it to open the person. {BY_KEYBOARD}",
    )


def literal(texts: pd.Series) -> pd.Series:
    """Texts as such a column draws them as typed: it makes icons of :…: and menus of […]."""
    odd = texts.str.strip().str.startswith((":", "["))
    return texts.where(~odd, _WORD_JOINER + texts)


def clicked(key: str, shown: pd.Series) -> int | None:
    """The row that was clicked just now; None where it no longer says what was clicked."""
    click = st.session_state.get(key)
    if click is None or click["row"] >= len(shown) or shown.iloc[click["row"]] != click["label"]:
        return None
    return int(click["row"])
