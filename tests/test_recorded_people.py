"""What real Jira sites have answered of people and products comes through: counted by hand."""

from collections import Counter

from jira_usage.directory import (
    group_rows,
    listed_rows,
    product_group_rows,
    product_rows,
    user_rows,
)
from tests.recorded import USER_15, all_users, issues, load, read_issues, response

BIG_PICTURE = "557058:46121f43-e58d-4ff4-83fd-a79fb4b71b45"


# --- devlake_users.json: 30 users, users_search_app_accounts_2025.json: 17 apps, one of them
# --- among those users, users_edge_shapes.json: 4 odd ones


def test_51_users_are_50_accounts_of_three_types() -> None:
    rows = user_rows(listed_rows(all_users()), [])
    assert len(all_users()) == 51
    assert [r["account_id"] for r in rows] == list({u["accountId"]: 0 for u in all_users()})
    assert Counter((r["account_type"], r["active"]) for r in rows) == {
        ("atlassian", True): 21,
        ("atlassian", False): 10,
        ("app", True): 18,
        ("customer", True): 1,
    }
    assert {r["account_id"]: r["email"] for r in rows if r["email"]} == {
        USER_15: "user15@example.com",
        "ddfc0af76558e88633b87dac": "user12@example.com",
        "557058:2ceed135-0000-4000-8000-000000000000": "left@example.com",
    }
    assert all(r["listed"] and r["display_name"] for r in rows)


def test_an_agent_with_a_persons_prefix_is_an_app_and_a_hidden_email_is_a_person() -> None:
    rows = {row["account_id"]: row for row in user_rows(listed_rows(all_users()), [])}
    agents = {i for i, row in rows.items() if i.startswith("712020:")}
    assert len(agents) == 9
    (person,) = [i for i in agents if rows[i]["account_type"] == "atlassian"]
    assert person == "712020:11553112-0000-4000-8000-000000000000"
    hidden = rows[person]
    assert (hidden["display_name"], hidden["email"], hidden["active"]) == ("Hidden Email", "", True)
    former = rows["5be37f8aa430e70fb00dfdaa"]
    assert (former["display_name"], former["active"]) == ("Former user", False)


def test_who_acts_and_is_not_listed_is_known_as_the_documents_name_them() -> None:
    acts = read_issues(issues())
    actors = [
        {
            "accountId": actor.account_id,
            "displayName": actor.display_name,
            "accountType": actor.account_type,
            "active": actor.active,
        }
        for actor in acts.actors.values()
    ]
    rows = {row["account_id"]: row for row in user_rows({}, actors)}
    assert Counter(row["account_type"] for row in rows.values()) == {"atlassian": 9, "app": 1}
    assert rows[BIG_PICTURE]["display_name"] == "BigPicture - for ppm, project management"
    assert not any(row["listed"] for row in rows.values())


# --- applicationrole_airbyteio_2023.json: two products of 12 and 13 groups,
# --- applicationrole_small_site_2024.json: one of 3, without links to them


def test_three_application_roles_are_three_products() -> None:
    roles = response("applicationrole_airbyteio_2023")
    known = {"plan": "", "approximate_users": None, "unlimited": False, "has_role": True}
    assert product_rows(roles, [], {}) == [
        known
        | {
            "product_key": "jira-servicedesk",
            "product_name": "Jira Service Desk",
            "seats": 35_000,
            "seats_used": 5,
            "seats_remaining": 34_995,
        },
        known
        | {
            "product_key": "jira-software",
            "product_name": "Jira Software",
            "seats": 10,
            "seats_used": 5,
            "seats_remaining": 5,
        },
    ]
    assert product_rows(response("applicationrole_small_site_2024"), [], {}) == [
        known
        | {
            "product_key": "jira-software",
            "product_name": "Jira Software",
            "seats": 35_000,
            "seats_used": 2,
            "seats_remaining": 34_998,
        }
    ]


def test_their_groups_give_access_by_id_and_have_their_names() -> None:
    roles = response("applicationrole_airbyteio_2023")
    rows = product_group_rows(roles)
    assert Counter(row["product_key"] for row in rows) == {
        "jira-servicedesk": 12,
        "jira-software": 13,
    }
    names = {row["group_id"]: row["name"] for row in group_rows(roles, {}, [])}
    assert len(names) == 13
    of = {p: {names[r["group_id"]] for r in rows if r["product_key"] == p} for p in
          ("jira-software", "jira-servicedesk")}  # fmt: skip
    assert of["jira-software"] - of["jira-servicedesk"] == {"system-administrators"}
    assert {(r["product_key"], names[r["group_id"]]) for r in rows if r["default"]} == {
        ("jira-servicedesk", "jira-servicemanagement-users-airbyteio"),
        ("jira-software", "jira-software-users"),
    }
    small = product_group_rows(response("applicationrole_small_site_2024"))
    assert [(row["group_id"], row["default"]) for row in small] == [
        ("73c9dc3e-e647-46a6-a10b-2ed26fd527da", False),
        ("e5248ad2-8cc6-4982-87cb-8987149bf3ab", True),
        ("641a88ad-809c-4706-a663-895191ae7d29", False),
    ]


# --- user_expand_groups_applicationRoles_airbyteio.json: a person and two apps with their groups


def test_a_person_and_two_apps_are_told_apart_though_all_hold_the_license_group() -> None:
    told = load("user_expand_groups_applicationRoles_airbyteio")["responses"]
    rows = [
        (r["display_name"], r["account_type"], r["email"]) for r in user_rows(listed_rows(told), [])
    ]
    assert rows == [
        ("integration test", "atlassian", "integration-test@example.com"),
        ("Automation for Jira", "app", ""),
        ("Jira Outlook", "app", ""),
    ]
    giving = {
        row["group_id"]
        for row in product_group_rows(response("applicationrole_airbyteio_2023"))
        if row["product_key"] == "jira-software"
    }
    held = [len({g["groupId"] for g in user["groups"]["items"]} & giving) for user in told]
    assert held == [7, 2, 1]
