"""Connect: to the demo, to a site, or away from one."""

from __future__ import annotations

import streamlit as st

from jira_usage.ui import account_panel, session, sync_panel, welcome
from jira_usage.ui.errors import show_error
from jira_usage.ui.frame import frame
from jira_usage.ui.text import safe_name


def open_overview() -> None:
    st.switch_page("pages/overview.py")


frame("Connect", question="Which Jira Cloud site?", needs_data=False)
signed = session.current()

refused = sync_panel.refused_token(signed) if signed else None

if signed is None:
    welcome.show(open_overview)
elif refused:
    show_error(refused)
    welcome.fill_in(signed.connection)
    welcome.show_form(open_overview, "Connect again")
    account_panel.disconnect_button("connect_disconnect")
else:
    with st.container(border=True):
        st.header(f"Connected to {safe_name(signed.site_name)}", anchor=False)
        st.text(f"{signed.connection.site.host} · {signed.connection.email}")
        with st.container(horizontal=True, vertical_alignment="center"):
            if st.button("Open the overview", icon=":material/monitoring:", type="primary"):
                open_overview()
            account_panel.disconnect_button("connect_disconnect")
    welcome.show_form(open_overview, "Connect another site")
