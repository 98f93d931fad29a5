"""What a link shows: one report, to whoever has the link, and nothing else."""

from __future__ import annotations

from jira_usage.ui.shared_view import link_frame, show_report

report = link_frame()
show_report(report)
