"""Tables in, plotly figures out: a chart draws what a metric has summed, and sums nothing."""

from jira_usage.charts.kinds import kinds_by_day, kinds_of_person
from jira_usage.charts.look import CONFIG, PEOPLE, Still, in_ink, still
from jira_usage.charts.person import person_calendar
from jira_usage.charts.products import product_days
from jira_usage.charts.projects import projects_by_people
from jira_usage.charts.renewal import cost_by_seats
from jira_usage.charts.rhythm import weekday_hours
from jira_usage.charts.trend import active_trend
from jira_usage.charts.work import who_works

__all__ = [
    "CONFIG",
    "PEOPLE",
    "Still",
    "active_trend",
    "cost_by_seats",
    "in_ink",
    "kinds_by_day",
    "kinds_of_person",
    "person_calendar",
    "product_days",
    "projects_by_people",
    "still",
    "weekday_hours",
    "who_works",
]
