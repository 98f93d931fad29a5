"""Activity: how much happens, of what kind, where, and when?"""

from __future__ import annotations

import streamlit as st

from jira_usage import charts
from jira_usage.metrics import answers, findings
from jira_usage.metrics.headline import rate_headlines
from jira_usage.metrics.robots import robots
from jira_usage.metrics.tables import instants, type_words
from jira_usage.ui.frame import frame, show_coverage, show_definition
from jira_usage.ui.text import safe

view = frame("Activity", question="How much happens, of what kind, where, and when?")
roster, rates = view.cached(answers.roster), view.cached(answers.rates)

grid = st.grid(4, min_column_width=160)
for headline in rate_headlines(rates, view.days):
    with grid.container(border=True, height="stretch"):
        st.metric(headline.label, headline.value, help=headline.help)
        st.caption(safe(headline.note))
        if headline.link:
            st.page_link(
                "pages/users.py",
                label=headline.link,
                icon=":material/arrow_forward:",
                query_params=dict(headline.filters),
            )

trend = view.cached(answers.active_trend)
with st.container(border=True):
    st.subheader(finding := findings.trend(rates, trend), anchor=False)
    st.caption(f"People with at least one counted act, per day. {findings.trend_more(trend)}")
    st.plotly_chart(
        charts.active_trend(trend),
        config=charts.CONFIG,
        key="chart_trend",
        alt=f"Bars of active people per day with a 7-day mean. {finding}.",
    )

kinds = view.cached(answers.acts_by_kind)
with st.container(border=True):
    st.subheader(finding := findings.kinds(kinds), anchor=False)
    st.caption("Counted acts of all accounts per day, by kind.")
    st.plotly_chart(
        charts.kinds_by_day(view.cached(answers.acts_by_day)),
        config=charts.CONFIG,
        key="chart_kinds",
        alt=f"Stacked bars of acts per day. {finding}.",
    )
    with st.expander("People and acts of each kind"):
        st.dataframe(
            kinds,
            hide_index=True,
            column_order=("label", "people", "actions", "robot_actions", "counted"),
            column_config={
                "label": "Kind of act",
                "people": "People",
                "actions": st.column_config.NumberColumn("Acts of people", format="localized"),
                "robot_actions": st.column_config.NumberColumn(
                    "Acts of others", format="localized"
                ),
                "counted": "Makes a person active",
            },
            alt="People and acts of each kind",
        )

hours = view.cached(answers.weekday_hours)
with st.container(border=True):
    st.subheader(finding := findings.rhythm(hours), anchor=False)
    st.caption(f"Acts of people by hour of the week, in {safe(view.zone)}.")
    st.plotly_chart(
        charts.weekday_hours(hours, view.zone),
        config=charts.CONFIG,
        key="chart_hours",
        alt=f"A grid of weekdays and hours. {finding}.",
    )

with st.container(border=True):
    st.subheader("Active people of each product", anchor=False)
    per_product = view.cached(answers.product_days)
    if not roster.licenses_known:
        st.info(safe(roster.facet("product").unknown), title="Who has which product is unknown")
    elif per_product.empty:
        st.caption("Jira names no product on this site.")
    else:
        st.caption(
            "People with the product who worked anywhere in Jira that day. Jira does not say in "
            "which product an act was made: whoever has two products counts in both."
        )
        st.plotly_chart(
            charts.product_days(per_product),
            config=charts.CONFIG,
            key="chart_products",
            alt="Bars of active people per day, a row for each product.",
        )

projects = view.cached(answers.project_activity)
with st.container(border=True):
    st.subheader(finding := findings.projects(projects), anchor=False)
    st.caption(
        "The projects most people worked in, then all of them. Tick a row to see its people."
    )
    chart, table = st.columns([2, 3], gap="medium")
    chart.plotly_chart(
        charts.projects_by_people(projects),
        config=charts.CONFIG,
        key="chart_projects",
        alt=f"Bars of people per project. {finding}.",
    )
    picked = table.dataframe(
        projects.assign(last=instants(projects["last_act_at"])),
        key="projects",
        on_select="rerun",
        selection_mode="single-row",
        hide_index=True,
        placeholder="none found",
        column_order=("project_key", "name", "people", "actions", "days", "last"),
        column_config={
            "project_key": "Key",
            "name": "Project",
            "people": "People",
            "actions": st.column_config.NumberColumn("Acts", format="localized"),
            "days": st.column_config.BarChartColumn(
                "Day by day", width=120, y_min=0, color=charts.PEOPLE
            ),
            "last": st.column_config.DatetimeColumn(
                "Last act", format="MMM D, HH:mm", timezone=view.zone
            ),
        },
        alt=f"All projects. {finding}.",
    ).selection.rows
if picked and (key := str(projects["project_key"].iloc[picked[0]])):
    st.switch_page("pages/users.py", query_params={"type": "atlassian", "project": key})

others = robots(roster.people)
with st.container(border=True):
    st.subheader("One person's days", anchor=False)
    st.caption("The calendar, the kinds of act and the last acts of anybody, with links to Jira.")
    st.page_link("pages/users.py", label="Choose a person", icon=":material/person_search:")

with st.container(border=True):
    st.subheader("Robots and other accounts", anchor=False)
    st.caption(
        "Apps, automations and portal customers are never active people. "
        "Tick a row to see its acts."
    )
    robot = []
    if len(others):
        robot = st.dataframe(
            others.assign(last=instants(others["last_active_at"]), type=type_words(others)),
            key="robots",
            on_select="rerun",
            selection_mode="single-row",
            hide_index=True,
            column_order=("display_name", "type", "actions", "active_days", "last"),
            column_config={
                "display_name": "Name",
                "type": "Account type",
                "actions": st.column_config.NumberColumn("Acts", format="localized"),
                "active_days": "Active days",
                "last": st.column_config.DatetimeColumn(
                    "Last act", format="MMM D, HH:mm", timezone=view.zone
                ),
            },
            alt="Robots and other accounts that acted",
        ).selection.rows
if robot:
    person = str(others["account_id"].iloc[robot[0]])
    st.switch_page("pages/person.py", query_params={"person": person})

show_definition(view)
show_coverage(view)
