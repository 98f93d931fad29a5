"""Who really works in a Jira Cloud site, day by day and license by license."""

__version__ = "0.1.0"
