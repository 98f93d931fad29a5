"""What is known to go wrong on real sites: where the demo has it, and which test meets it.

A name without "::" is a trap, which tests/traps meets; "module::test" is a test.
"""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from jira_usage.demo.traps import TRAPS

TESTS = Path(__file__).parent.parent
TRUE = "test_sync::test_every_row_equals_the_truth_in_every_zone"
LATER = "test_sync::test_after_a_day_only_what_changed_is_read_and_the_result_is_the_truth"
DONE = "traps/test_between_syncs::test_what_was_done_stays_done"
PEOPLE = "traps/test_between_syncs::test_people_who_changed_are_as_they_are_now"
DAYS = "traps/test_days::test_days_are_true_where_clocks_change_and_zones_are_odd"
DENIED = (
    "traps/test_refusals::test_permissions_that_are_missing_are_told_and_nothing_is_called_zero"
)
COURSE = "demo/test_course::test_every_sort_of_account_product_and_issue_is_there"
KINDS = "demo/test_course::test_every_kind_of_history_and_of_author_is_there"

KNOWN = {
    # Acts, once
    "a 200 for nobody": ["anonymous_200", "captcha"],
    "HTML instead of JSON": ["html_200", "site_gone", "jira_deactivated", "redirect_login"],
    "bulk histories with epochs, per issue with text": [TRUE, "iso_bulkfetch"],
    "epochs as seconds, as text, everywhere": ["epoch_seconds", "epoch_text", "epoch_everywhere"],
    "20 comments embedded, which 20 is not said": [TRUE, "newest_comments", "embeds_none"],
    "known comments that can't be asked for, or do not come": [
        "no_comment_list", "comment_list_cut"
    ],
    "fields left out silently": ["comments_skipped"],
    "100 issues a page with fields, 5000 ids": [
        TRUE, "demo/test_search::test_pages_of_ids_hold_5000_and_pages_of_fields_100",
    ],
    "histories over several pages, an issue several times": ["duplicate_histories", TRUE],
    "old comments edited by somebody else": [TRUE, "demo/test_contents::test_comments"],
    "comments without creation, edits or author in histories": [TRUE, KINDS],
    "comments deleted, restricted ones too": [TRUE, KINDS, DONE],
    "work logs in feed and histories": [TRUE, "demo/test_tiny::test_each_fact_of_an_act"],
    "more than 20 work logs on an issue": [TRUE, "demo/test_contents::test_work_logs"],
    "issues that only a work log touched": [TRUE, "demo/test_contents::test_work_logs"],
    "deleted work logs name nobody": [TRUE, DONE],
    "the feeds' last minute": [
        TRUE, "demo/test_acts::test_the_last_minute_is_missing_from_the_feeds",
    ],
    "links on both issues": [TRUE, KINDS],
    "moves change key and project": [TRUE, DONE],
    "histories of one millisecond": [TRUE, KINDS],
    "histories without author, authors without id": [TRUE, KINDS],
    "attachments and work logs of an issue's creation": [TRUE, KINDS],
    "apps acting for people": [TRUE, KINDS],
    "ranks that do not touch the issue": [
        TRUE, "demo/test_contents::test_rank_does_not_touch_the_issue",
    ],
    "items without fieldId": [
        TRUE, "demo/test_contents::test_about_half_of_the_items_carry_no_field_id",
    ],
    "ids as numbers": ["number_ids"],
    "translated fields": ["localized_fields"],
    "huge and deep bodies": ["huge_bodies", "deep_bodies"],
    # Later syncs
    "acts that the index shows late": ["index_lag"],
    "edited again, edited before, deleted": [DONE, LATER],
    "people who joined, left, changed product, hid their email": [PEOPLE],
    "groups renamed": [PEOPLE],
    "issues moved, deleted, invisible": [DONE],
    "a site that changes while it is read": ["drift"],
    "projects that become visible": [
        "traps/test_refusals::test_a_project_that_becomes_visible_is_read_back"
    ],
    # Days
    "clock changes both ways, odd zones": [
        DAYS, "test_exports_agree::test_sums_agree_in_every_zone",
    ],
    "offsets with and without colon, Z, half an hour": [
        "colon_offsets", "z_offsets", "mixed_offsets"
    ],
    "a clock that differs": ["skewed_clock", "rate_limit_date"],
    "dates of JQL in the caller's zone": [
        TRUE, "demo/test_search::test_absolute_dates_are_read_in_the_callers_zone",
    ],
    # Licenses and roles
    "inactive members, people in two groups, groups of two products": [
        TRUE, "demo/test_people::test_products",
    ],
    "products without groups, unknown keys, unlimited seats": [COURSE],
    "remaining seats that do not add up": [COURSE, "demo/test_people::test_products"],
    "jira-core included, Product Discovery": [TRUE, COURSE],
    "optional keys missing or null": [
        "keys_missing", "keys_null", "counts_missing", "names_only"
    ],
    "unknown keys and words": ["unknown_keys", "unknown_words", COURSE],
    "administrators by access type, roles directly and through groups": [TRUE, COURSE],
    "apps in license groups, customers, former accounts": [
        TRUE, "demo/test_people::test_apps_are_members_but_not_counted",
    ],
    "week-old counts of licenses": ["demo/test_people::test_products"],
    # Coverage
    "datasets refused": [
        DENIED, "scope_missing", "members_refused", "projects_refused", "search_refused",
        "worklogs_refused", "time_tracking_off", "users_empty", "experimental_gone", "free_plan",
    ],
    "unknown is not zero": [
        "traps/test_each_trap::test_who_holds_a_license_is_unknown_and_not_nobody"
    ],
    "issues given up": ["comments_outage"],
    "an outage": [
        "outage", "plans_outage", "server_error", "unavailable_wait", "reset", "truncated_json",
        "traps/test_refusals::test_a_site_that_goes_away_in_the_middle_keeps_what_was_read",
    ],
    "users that can't be listed in time": ["slow_user_search"],
    "unknown actors, hidden and archived issues, deleted ones": [TRUE, COURSE],
    "bulks that do not exist or are small": [
        "bulkfetch_cap_1000", "no_issue_bulkfetch", "no_changelog_bulkfetch",
    ],
    "histories that a bulk loses": ["histories_lost"],
    # Paging
    "tokens that repeat": ["repeated_token", "token_always_repeated"],
    "empty pages": ["empty_page", "many_empty_pages", "empty_for_ever"],
    "tokens that expire": ["token_expires", "tokens_refused"],
    "short and overlapping pages": ["short_pages", "overlapping_pages"],
    "totals that grow or are wrong": ["growing_total", "total_too_high", "total_too_low"],
    "isLast that lies": ["last_too_early", "last_too_late"],
    "bulks that leave out issues": ["bulk_leaves_out", "bulk_always_leaves_out"],
    "issues under another key than before": [DONE],
    "crowded feeds, feeds that do not move": [
        "crowded_second", "crowded_instant", "stuck_feed", "feed_without_until"
    ],
    "limits": [
        "rate_limit", "rate_limit_no_header", "rate_limit_html", "rate_limit_date",
        "rate_limit_minute",
    ],
    "hostile names": [
        COURSE, "test_charts::test_names_from_jira_are_no_markup",
        "metrics/test_tables::test_the_file_says_what_it_is_and_holds_no_formula",
    ],
}  # fmt: skip


@pytest.mark.parametrize("what", KNOWN)
def test_what_is_known_is_met(what: str) -> None:
    for name in KNOWN[what]:
        module, is_test, test = name.partition("::")
        if not is_test:
            assert name in TRAPS
            continue
        text = (TESTS / f"{module}.py").read_text()
        assert re.search(rf"^def {test}\(", text, re.MULTILINE), f"{name} is gone"


def test_every_trap_stands_for_something_known() -> None:
    assert {name for names in KNOWN.values() for name in names if "::" not in name} == set(TRAPS)
