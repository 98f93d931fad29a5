"""Changes: who came and went, who got or lost a product, who stopped working or began?"""

from __future__ import annotations

import streamlit as st

from jira_usage.decisions import Noted
from jira_usage.metrics import answers
from jira_usage.ui import changes_cards, changes_since, changes_table, reclaim_notes
from jira_usage.ui.frame import frame, show_coverage, show_definition

view = frame("Changes", question="What is different since I last looked?")
noted = reclaim_notes.noted() or Noted()
beside = reclaim_notes.beside()
since_on = changes_since.show(view)
new = view.cached(answers.changed_since, noted, beside, since_on)

if new is None:
    st.info(changes_since.NOTHING_TO_COMPARE, title="Nothing to compare with yet")
else:
    st.caption(changes_since.words(view, since_on))
    changes_cards.show(new)
    changes_table.show(view, new)
    changes_cards.show_realized(new.realized, beside.currency)
    changes_table.show_realized(view, new.realized)

show_definition(view)
show_coverage(view)
