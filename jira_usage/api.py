"""Jira Cloud REST v3: one method per operation, pages inside, raw documents out.

Page tokens and offsets stay in here. A page iterator that can't reach its end
raises PagingBroken after it has yielded what it could read, so that nobody takes
a part for the whole. Facts without a source beside them are in Atlassian's
reference, https://developer.atlassian.com/cloud/jira/platform/rest/v3/.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, TypeVar

import orjson

from jira_usage.errors import PagingBroken, RequestRefused
from jira_usage.paging import MOST_PAGES, Page, Pages, TokenPage, Tokens
from jira_usage.period import DAY_MS, iso_instant, to_epoch_ms
from jira_usage.shapes import Documents, document, documents, listed
from jira_usage.slim import (
    comment_list,
    comments_page,
    issues_page,
    members_page,
    users_page,
    worklogs_page,
)
from jira_usage.transport import Json, Transport

V3 = "/rest/api/3"
USERS_PAGE = 1000
LEAST_USERS_PAGE = 50
MEMBERS_PAGE = 50
COMMENTS_PAGE = 100
COMMENT_IDS = 1000
PROJECTS_PAGE = 100
SEARCH_PAGE = 100
SEARCH_IDS_PAGE = 5000
CHANGELOG_ISSUES = 1000
CHANGELOG_PAGE = 10_000
LEAST_CHANGELOG_PAGE = 1000
WORKLOGS_PAGE = 1000
# Atlassian says 100, and up to 1000 where a request "can be served efficiently".
ISSUES_PAGE = 100
MOST_ISSUES_PAGE = 1000
AUDIT_PAGE = 1000
MOST_AUDIT_PAGES = 5

T = TypeVar("T")
P = TypeVar("P", bound=TokenPage)


class JiraCloud:
    """The reading operations of one Jira Cloud site. Safe to share between threads."""

    def __init__(self, transport: Transport) -> None:
        self.transport = transport
        self._changelog_page = CHANGELOG_PAGE
        self._confirming = threading.Lock()

    # --- who and where

    def server_info(self) -> dict[str, Any]:
        return document(self.transport.get(f"{V3}/serverInfo"))

    def server_info_v2(self) -> dict[str, Any]:
        """The same of API version 2, which Jira Server and Data Center answer as well."""
        return document(self.transport.get("/rest/api/2/serverInfo"))

    def myself(self) -> dict[str, Any]:
        """The account of the token. It can't be asked anonymously: a bad token gets a true 401."""
        return document(self.transport.get(f"{V3}/myself"))

    # --- people and what they may use

    def users(self, page_size: int = USERS_PAGE) -> Iterator[Documents]:
        """Pages of all accounts: people, apps, customers, inactive and former ones."""
        return iter(self.user_pages(page_size))

    def user_pages(self, page_size: int = USERS_PAGE) -> Pages:
        """All accounts, by offsets.

        The answer is a bare array without a total, and a page may be short before
        the last: only an empty page ends it. Going on by what came, not by what was
        asked, loses nobody whether the site clamps pages or filters them.
        """

        def at(start: int) -> Page:
            nonlocal page_size
            size = page_size
            params: dict[str, str | int | list[str]] = {"startAt": start, "maxResults": size}
            try:
                return Page(listed(self._get("users/search", params, users_page)))
            except RequestRefused as refusal:
                # 409: the page took Jira more than ten seconds. A smaller one may not.
                if refusal.status != 409:
                    raise
                if size <= LEAST_USERS_PAGE:
                    raise PagingBroken("Jira gave up listing the users of this site.") from None
            page_size = min(page_size, size // 4)
            return at(start)

        return Pages(at)

    def application_roles(self) -> Documents:
        return listed(self._get("applicationrole"))

    def group_members(self, group: str, *, by_name: bool = False) -> Pages:
        """The members of a group, by its id or name; inactive ones, too, that Jira hides
        unless asked."""
        params = {"groupname" if by_name else "groupId": group, "includeInactiveUsers": "true"}
        return self._pages("group/member", params, MEMBERS_PAGE, decode=members_page)

    def groups_with_access(self, access_type: str) -> Iterator[Documents]:
        """Pages of the groups that give `site-admin`, `admin` or `user` access."""
        return iter(self._pages("group/bulk", {"accessType": access_type}, MEMBERS_PAGE))

    def user_groups(self, account_id: str) -> Documents:
        """The groups of one account, by id and name; none where the account is gone."""
        try:
            return listed(self._get("user/groups", {"accountId": account_id}))
        except RequestRefused as refusal:
            if refusal.status == 404:
                return []
            raise

    def audit_records(self, since_ms: int) -> Iterator[Documents]:
        """Pages of Jira's audit log since an instant, or longer, the newest first.

        PagingBroken where they come in another order, or are more than some pages.
        """
        start, oldest = 0, None
        for _ in range(MOST_AUDIT_PAGES):
            params: dict[str, str | int | list[str]] = {
                "from": iso_instant(since_ms - DAY_MS),
                "offset": start,
                "limit": AUDIT_PAGE,
            }
            answer = document(self._get("auditing/record", params))
            page = listed(answer.get("records"))
            told = [to_epoch_ms(record.get("created")) for record in page]
            times = [at for at in [oldest, *told] if at is not None]
            if len(times) < len(page) or times != sorted(times, reverse=True):
                raise PagingBroken("The audit log is not in the order of time.")
            yield page
            start += len(page)
            total = answer.get("total")
            past = bool(times) and times[-1] < since_ms
            if past or not page or (isinstance(total, int) and start >= total):
                return
            oldest = times[-1]
        raise PagingBroken("The audit log is too long.")

    def instance_license(self) -> Documents:
        return documents(document(self._get("instance/license")).get("applications"))

    def approximate_user_count(self, product_key: str = "") -> int | None:
        """Jira's own count of licensed users, up to seven days old; of a product or of all."""
        path = "license/approximateLicenseCount"
        if product_key:
            answer = self._get(path + "/product/{product_key}", product_key=product_key)
        else:
            answer = self._get(path)
        value = str(document(answer).get("value", ""))
        return int(value) if value.isdecimal() and len(value) < 16 else None

    # --- projects and their roles

    def projects(self, action: str = "view") -> Pages:
        """Projects. An administrator may `view` them all; search, histories and
        comments show those that the account may `browse`."""
        asked = {"action": action, "expand": "lead"}
        return self._pages("project/search", asked, PROJECTS_PAGE)

    def project_roles(self) -> Documents:
        return documents(self._get("role"))

    def project_role_actors(self, project_key: str, role_id: str) -> Documents:
        """Who holds a role in a project; none where the project does not have that role."""
        try:
            answer = self._get(
                "project/{project_key}/role/{role_id}", project_key=project_key, role_id=role_id
            )
        except RequestRefused as refusal:
            if refusal.status == 404:
                return []
            raise
        return documents(document(answer).get("actors"))

    # --- issues and what was done to them

    def search_issues(
        self, jql: str, fields: Sequence[str], page_size: int = SEARCH_PAGE
    ) -> Iterator[Documents]:
        """Pages of the issues that match; with fields, a site serves 100 a page at the most.

        Ends on a missing, null or empty token; `isLast` is not to be trusted. A token that comes
        twice is data drift (JRACLOUD-95368) and would loop: it breaks the paging.
        """
        body: dict[str, Any] = {"jql": jql, "fields": list(fields), "maxResults": page_size}
        return self._token_pages("search/jql", body, "issues")

    def first_issues(self, jql: str, fields: Sequence[str]) -> tuple[Documents, bool]:
        """The first page of a search with fields, and whether there are more."""
        body = {"jql": jql, "fields": list(fields), "maxResults": SEARCH_PAGE}
        answer = document(self._post("search/jql", body, issues_page))
        return listed(answer.get("issues")), bool(answer.get("nextPageToken"))

    def issues_by_id(
        self, decode: Callable[[bytes], T], ids: Sequence[str], fields: Sequence[str]
    ) -> T:
        """The issues with these ids, as decoded; ids that can't be seen are left out."""
        body = {"issueIdsOrKeys": list(ids), "fields": [*fields]}
        return self._post("issue/bulkfetch", body, decode)

    def issue(self, issue_id: str, fields: Sequence[str]) -> dict[str, Any] | None:
        """One issue, None where it is gone or can't be seen."""
        try:
            return document(
                self._get("issue/{issue_id}", {"fields": ",".join(fields)}, issue_id=issue_id)
            )
        except RequestRefused as refusal:
            if refusal.status == 404:
                return None
            raise

    def fields(self) -> Documents:
        """All fields, system and custom, with their ids and names."""
        return listed(self._get("field"))

    def changelogs(
        self, decode: Callable[[bytes], P], ids: Sequence[str], field_ids: Sequence[str] = ()
    ) -> Iterator[P]:
        """Pages of the histories of up to 1000 issues, as decoded: their whole lives.

        One issue may come in several pages. There is no date filter. `created` is
        epoch milliseconds here and ISO text in the per-issue call. `field_ids` (at most
        10) leaves out other changes, and with them every change that has no field id.
        """
        size = self._changelog_page
        body: dict[str, Any] = {"issueIdsOrKeys": list(ids), "maxResults": size}
        if field_ids:
            body["fieldIds"] = list(field_ids)
        pages = self._changelog_pages(decode, body)
        try:
            yield next(pages)
        except RequestRefused as refusal:
            if refusal.status != 400 or size == LEAST_CHANGELOG_PAGE:
                raise
            body["maxResults"] = LEAST_CHANGELOG_PAGE
            pages = self._changelog_pages(decode, body)
            yield next(pages)
            self._changelog_page = LEAST_CHANGELOG_PAGE
        yield from pages

    def changelog(self, issue_id: str) -> Iterator[Documents]:
        """Pages of one issue's histories, oldest first, 100 a page."""
        path = "issue/{issue_id}/changelog"
        return iter(self._pages(path, {}, COMMENTS_PAGE, issue_id=issue_id))

    def comments(self, issue_id: str) -> Iterator[tuple[Documents, int | None]]:
        """Pages of one issue's comments, oldest first, each with the total it tells."""
        for page in self.comment_pages(issue_id).starting(0):
            yield page.entries, page.total

    def comment_pages(self, issue_id: str) -> Pages:
        """One issue's comments, oldest first."""
        path, values = "issue/{issue_id}/comment", "comments"
        return self._pages(
            path, {}, COMMENTS_PAGE, values=values, decode=comments_page, issue_id=issue_id
        )

    def comments_by_id(self, ids: Sequence[int]) -> Documents:
        """Up to 1000 comments by id, of any issues; those the account may not see are left out."""
        answer: Json = self._post("comment/list", {"ids": list(ids)}, comment_list)
        return listed(document(answer).get("values"))

    def issue_worklogs(self, issue_id: str) -> Iterator[Documents]:
        """Pages of one issue's work logs."""
        path, values = "issue/{issue_id}/worklog", "worklogs"
        return iter(self._pages(path, {}, WORKLOGS_PAGE, values=values, issue_id=issue_id))

    def updated_worklogs(self, since_ms: int) -> Iterator[Documents]:
        """Pages of `{worklogId, updatedTime}` created or edited since, but for the last minute."""
        return self._feed_pages("worklog/updated", since_ms)

    def deleted_worklogs(self, since_ms: int) -> Iterator[Documents]:
        """The same of deleted work logs. Neither issue nor person is named."""
        return self._feed_pages("worklog/deleted", since_ms)

    def worklogs(self, ids: Sequence[int | str]) -> Documents:
        """Up to 1000 work logs by id; those the account may not see are left out."""
        answer: Json = self._post("worklog/list", {"ids": [int(i) for i in ids]}, worklogs_page)
        return listed(answer)

    # --- pages

    def _get(
        self,
        path: str,
        params: Mapping[str, str | int | list[str]] | None = None,
        decode: Callable[[bytes], Json] = orjson.loads,
        **names: str,
    ) -> Json:
        answer = self.transport.get(f"{V3}/{path}", params, decode, **names)
        self._confirm_identity()
        return answer

    def _post(
        self, path: str, body: dict[str, Any], decode: Callable[[bytes], T] = orjson.loads
    ) -> T:
        answer = self.transport.post(f"{V3}/{path}", body, decode)
        self._confirm_identity()
        return answer

    def _confirm_identity(self) -> None:
        """Asks /myself when an answer did not name the account: it may have been for nobody."""
        if not self.transport.identity_suspect:
            return
        with self._confirming:
            if self.transport.identity_suspect:
                self.myself()
                self.transport.trust_unnamed_answers()

    def _pages(
        self,
        path: str,
        params: dict[str, str],
        page_size: int,
        *,
        values: str = "values",
        decode: Callable[[bytes], Json] = orjson.loads,
        **names: str,
    ) -> Pages:
        def at(start: int) -> Page:
            asked: dict[str, str | int | list[str]]
            asked = {**params, "startAt": start, "maxResults": page_size}
            answer = document(self._get(path, asked, decode, **names))
            total, last = answer.get("total"), answer.get("isLast")
            return Page(
                listed(answer.get(values)),
                total if type(total) is int else None,
                last if isinstance(last, bool) else None,
            )

        return Pages(at)

    def _changelog_pages(self, decode: Callable[[bytes], P], body: dict[str, Any]) -> Iterator[P]:
        tokens = Tokens()
        while True:
            page = self._post("changelog/bulkfetch", body, decode)
            yield page
            if not tokens.lead_on(page.token, page.issues > 0):
                return
            body = {**body, "nextPageToken": page.token}

    def _token_pages(self, path: str, body: dict[str, Any], values: str) -> Iterator[Documents]:
        tokens = Tokens()
        while True:
            answer = document(self._post(path, body, issues_page))
            page, token = listed(answer.get(values)), answer.get("nextPageToken")
            yield page
            if not tokens.lead_on(token, bool(page)):
                return
            body = {**body, "nextPageToken": token}

    def _feed_pages(self, path: str, since_ms: int) -> Iterator[Documents]:
        """Pages of a work log feed, each from a millisecond before the last one's end.

        `nextPage` is not followed: in Atlassian's own example it names another path.
        Entries of one millisecond may lie on both sides of a page's edge, so it is
        read again; where a whole page has one instant, that instant is left behind.
        """
        stuck = False
        for _ in range(MOST_PAGES):
            answer = document(self._get(path, {"since": since_ms}))
            page = listed(answer.get("values"))
            yield page
            if answer.get("lastPage") is not False and not answer.get("nextPage"):
                break
            if answer.get("lastPage") is True or not page:
                break
            told = [answer.get("until"), *(entry.get("updatedTime") for entry in page)]
            until = max((at for at in map(to_epoch_ms, told) if at is not None), default=None)
            if until is None:
                raise PagingBroken("A work log feed does not say how far it goes.")
            if until - 1 > since_ms:
                since_ms = until - 1
            else:
                stuck = stuck or until <= since_ms
                since_ms = max(since_ms, until) + (until <= since_ms)
        else:
            raise PagingBroken("A work log feed does not end.")
        if stuck:
            raise PagingBroken("A work log feed has more entries in an instant than in a page.")
