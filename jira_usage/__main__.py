from jira_usage.cli import run

run()
