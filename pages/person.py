"""Person: what one account did, and through which group it holds each license."""

from __future__ import annotations

import streamlit as st

from jira_usage import charts
from jira_usage.metrics import answers, findings
from jira_usage.metrics.tables import instants, people_table, roles_in_words
from jira_usage.ui.frame import frame, show_coverage, show_definition
from jira_usage.ui.text import safe

view = frame("Person", question="What did they do, and what may they use?")
roster = view.cached(answers.roster)
account_id = st.query_params.get("person", "")
keys = (*(facet.key for facet in roster.facets), "q", "sort", "size", "page")
back = {key: st.query_params.get_all(key) for key in keys if key in st.query_params}
st.page_link(
    "pages/users.py", label="Back to the list", icon=":material/arrow_back:", query_params=back
)

place = roster.place(account_id)
if not len(place):
    if account_id:
        st.info(
            "It may have been deleted since, or the link is of another site.",
            title="No such account in this data",
        )
    else:
        st.info("Choose somebody in the list of users.", title="Nobody chosen yet")
    st.stop()
person = people_table(roster.rows(place), view.snapshot.products).iloc[0]
told = view.cached(answers.person_page, account_id)
name, worked = str(person["name"]), int(person["actions"]) > 0

with st.container(border=True):
    st.header(safe(name), anchor=False)
    with st.container(horizontal=True, gap="small", vertical_alignment="center"):
        st.badge(person["type"], icon=":material/badge:", color="gray")
        st.badge(person["status"], color="green" if person["status"] == "Enabled" else "gray")
        st.badge(
            person["work"],
            color="blue" if worked else "orange",
            help=roster.blind or f"In the last {view.days} days. Reading leaves no trace.",
        )
    st.text(f"Email: {person['email']}\nAccount ID: {account_id}")
    finding = findings.person(name, told["calendar"], view.days)
    st.subheader(safe(finding), anchor=False)
    st.caption(safe(findings.person_more(told["acts"], roster.blind, view.zone)))
    days, kinds = st.columns([3, 2], gap="large")
    days.plotly_chart(
        charts.person_calendar(told["calendar"]),
        config=charts.CONFIG,
        key="chart_days",
        alt=f"A calendar of acts per day. {finding}.",
    )
    if len(told["kinds"]):
        kinds.plotly_chart(
            charts.kinds_of_person(told["kinds"]),
            config=charts.CONFIG,
            key="chart_kinds",
            alt="Bars: how many acts of each kind.",
        )

left, right = st.columns(2, gap="small")
with left.container(border=True, height="stretch"):
    st.subheader("Licenses, and the way to them", anchor=False)
    if not roster.licenses_known:
        st.info(safe(roster.facet("product").unknown), title="Licenses are unknown")
    elif told["access"].empty:
        st.caption("No license.")
    for path in told["access"].to_dict("records") if roster.licenses_known else []:
        state = "included" if path["state"] == "included" else "license"
        groups = ", ".join(safe(group) for group in path["groups"])
        default = " (a default group)" if path["default_group"] else ""
        st.markdown(f"**{safe(path['product_name'])}** · {state} ← {groups}{default}")
        st.caption(path["note"])
    st.subheader("Roles and groups", anchor=False)
    st.text("\n".join(roles_in_words(person["roles"])) or "No role found.")
    st.caption("Groups that grant a product or administration")
    st.text("\n".join(person["groups"]) or "None")
with right.container(border=True, height="stretch"):
    st.subheader("Projects worked in", anchor=False)
    if told["projects"].empty:
        st.caption(f"None in the last {view.days} days.")
    else:
        st.dataframe(
            told["projects"].assign(last=instants(told["projects"]["last_act_at"])),
            hide_index=True,
            column_order=("project_key", "name", "actions", "days", "last"),
            column_config={
                "project_key": "Key",
                "name": "Project",
                "actions": "Acts",
                "days": "Days",
                "last": st.column_config.DatetimeColumn(
                    "Last act", format="MMM D, HH:mm", timezone=view.zone
                ),
            },
            alt="Projects this person worked in",
        )

with st.container(border=True):
    st.subheader("Last acts", anchor=False)
    st.caption("All that is kept, also from before the window. A key opens the issue in Jira.")
    st.dataframe(
        told["acts"].assign(when=instants(told["acts"]["at"])),
        hide_index=True,
        height="auto" if len(told["acts"]) else "content",
        column_order=("when", "label", "link", "project_key", "fields"),
        column_config={
            "when": st.column_config.DatetimeColumn(
                "When", format="MMM D, YYYY, HH:mm", timezone=view.zone
            ),
            "label": "What",
            "link": st.column_config.LinkColumn("Issue", display_text=r"/browse/(.+)$"),
            "project_key": "Project",
            "fields": "Fields changed",
        },
        alt="The last acts, the latest first",
    )

show_definition(view)
show_coverage(view)
