"""Small worlds made by chance: what happened at a site, what Jira tells of it, what is true."""
