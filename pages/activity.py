"""Activity: how much happens, of what kind, where, and when?"""

from __future__ import annotations

from jira_usage.metrics import answers
from jira_usage.metrics.headline import rate_headlines
from jira_usage.ui import activity_cards, adoption_cards, cards, focus_filter
from jira_usage.ui.frame import frame, show_coverage, show_definition

view = frame("Activity", question="How much happens, of what kind, where, and when?")
view = focus_filter.show(view, view.cached(answers.roster))
roster = view.cached(answers.roster)

cards.headline_cards(view.drawn(rate_headlines, view.cached(answers.rates), view.days))

cards.active_trend(view)
adoption_cards.spikes(view)
activity_cards.projects(view)
adoption_cards.days_worked(view)
activity_cards.kinds(view)
activity_cards.hours(view)
activity_cards.products(view, roster)
adoption_cards.groups(view, roster)
activity_cards.others(view, roster)
adoption_cards.round_the_clock(view)
activity_cards.one_person()

show_definition(view)
show_coverage(view)
