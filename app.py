"""The navigation table. Start it with: streamlit run app.py"""

import streamlit as st

from jira_usage.ui import navigation

navigation.run(
    [
        st.Page("pages/overview.py", title="Overview", icon=":material/monitoring:", default=True),
        st.Page("pages/users.py", title="Users", icon=":material/group:"),
        st.Page("pages/licenses.py", title="Licenses", icon=":material/key:"),
        st.Page("pages/reclaim.py", title="Reclaim", icon=":material/undo:"),
        st.Page("pages/renewal.py", title="Renewal", icon=":material/payments:"),
        st.Page("pages/changes.py", title="Changes", icon=":material/difference:"),
        st.Page("pages/activity.py", title="Activity", icon=":material/insights:"),
        st.Page("pages/share.py", title="Share", icon=":material/share:"),
        st.Page("pages/data.py", title="Data", icon=":material/database:"),
        st.Page("pages/connect.py", title="Connect", icon=":material/link:"),
        st.Page("pages/person.py", title="Person", visibility="hidden"),
        st.Page("pages/shared.py", title="Shared", visibility="hidden"),
    ]
)
