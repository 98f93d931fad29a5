"""Share: a report in one file, or a link to a part of the site."""

from __future__ import annotations

from jira_usage.ui import share_files, share_links, share_scope
from jira_usage.ui.frame import frame, show_coverage, show_definition

view = frame(
    "Share", question="What should others see, without the token?", for_administrators=True
)

wanted = share_scope.show(view)
share_files.show(view, wanted)
share_links.show(view, wanted)

show_definition(view)
show_coverage(view)
