"""Atlassian's description of Jira Cloud, read strictly: what a request or an answer breaks.

Strictly: a property that is not described is a fault, also where the description leaves
an object open, and the fields of issues, which it does not describe, are held to the
schemas that it gives for the same things elsewhere.
"""

from __future__ import annotations

import json
import os
import re
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

import jsonschema
import pytest

from tests.known_differences import EMPTY_SCHEMAS

Document = Any
Schema = dict[str, Any]

TEXT: Schema = {"type": "string"}
INSTANT: Schema = {"type": "string", "format": "date-time"}


def one(name: str) -> Schema:
    return {"$ref": f"#/components/schemas/{name}"}


# https://developer.atlassian.com/cloud/jira/platform/rest/v3/api-group-issues/#api-rest-api-3-issue-issueidorkey-get
ISSUE_FIELDS: dict[str, Schema] = {
    "project": one("ProjectDetails"),
    "issuetype": one("IssueTypeDetails"),
    "status": one("StatusDetails"),
    "creator": one("UserDetails"),
    "reporter": one("UserDetails"),
    "assignee": one("UserDetails"),
    "comment": one("PageOfComments"),
    "worklog": one("PageOfWorklogs"),
    "created": INSTANT,
    "updated": INSTANT,
    "duedate": {"type": "string", "format": "date"},
    "summary": TEXT,
    "labels": {"type": "array", "items": TEXT},
    "description": one("RichText"),
    "priority": {"type": "object", "properties": {"self": TEXT, "id": TEXT, "name": TEXT}},
    "resolution": {"type": "object", "properties": {"self": TEXT, "id": TEXT, "name": TEXT}},
    "attachment": {
        "type": "array",
        "items": {
            "type": "object",
            "properties": {
                "self": TEXT,
                "id": TEXT,
                "filename": TEXT,
                "author": one("UserDetails"),
                "created": INSTANT,
                "size": {"type": "integer", "format": "int64"},
            },
        },
    },
}
# https://developer.atlassian.com/cloud/jira/platform/apis/document/structure/
RICH_TEXT: Schema = {
    "type": "object",
    "required": ["type"],
    "properties": {
        "type": TEXT,
        "version": {"type": "integer"},
        "text": TEXT,
        "content": {"type": "array", "items": one("RichText")},
        "attrs": {"type": "object"},
        "marks": {"type": "array"},
    },
}
# What the description says in words only, of bodies: the most entries, or the greatest number.
MOST = {
    ("/search/jql", "maxResults"): 5000,
    ("/issue/bulkfetch", "issueIdsOrKeys"): 1000,
    ("/worklog/list", "ids"): 1000,
    ("/comment/list", "ids"): 1000,
}
# The same of parameters: the values that a text may have.
WORDS = {
    ("/group/bulk", "accessType"): {"site-admin", "admin", "user"},
    ("/group/bulk", "applicationKey"): {
        "jira-core",
        "jira-product-discovery",
        "jira-software",
        "jira-servicedesk",
    },
}


@dataclass(frozen=True)
class Fault:
    """What breaks the description: the rule `where` in a document, [] for any index."""

    where: str
    rule: str
    told: str


class Contract:
    """The operations that the folder's file describes, of version 3 unless `rich_text` is plain."""

    def __init__(self, described: dict[str, Any], rich_text: Schema = RICH_TEXT) -> None:
        self.paths = described["paths"]
        schemas = {name: strict(s) for name, s in described["components"]["schemas"].items()}
        fields = {"type": "object", "properties": ISSUE_FIELDS}
        schemas["IssueBean"]["properties"]["fields"] = strict(fields)
        schemas["Comment"]["properties"]["body"] = one("RichText")
        schemas["Worklog"]["properties"]["comment"] = one("RichText")
        schemas["RichText"] = strict(rich_text)
        for name, other in EMPTY_SCHEMAS.items():
            assert not schemas[name].get("properties"), f"{name} is described by now"
            schemas[name] = schemas[other]
        self.components = {"schemas": schemas}

    def operation(self, method: str, path: str) -> tuple[str, dict[str, str], dict[str, Any]]:
        """The template of a path, the values in its braces and what is said of it."""
        for template, operations in self.paths.items():
            pattern = re.sub(r"\{(\w+)\}", r"(?P<\1>[^/]+)", template)
            found = re.fullmatch(pattern, path)
            if found and method.lower() in operations:
                values = {name: unquote(value) for name, value in found.groupdict().items()}
                return template, values, operations[method.lower()]
        raise LookupError(f"{method} {path} is not described")

    def answer_faults(self, method: str, path: str, status: int, document: Document) -> list[Fault]:
        """What an answer breaks; a status that is not described is a fault as well."""
        _, _, said = self.operation(method, path)
        answer = said["responses"].get(str(status))
        if answer is None:
            return [Fault("$", "status", str(status))]
        content = answer.get("content", {}).get("application/json", {})
        # Refusals are often described by an example alone.
        refusal = one("ErrorCollection") if status >= 400 else {}
        return self.faults(content.get("schema", refusal), document)

    def request_faults(self, method: str, url: str, body: bytes | str | None) -> list[Fault]:
        """What a request breaks: its path, each parameter, its body."""
        try:
            template, in_path, said = self.operation(method, urlsplit(url).path)
        except LookupError:
            return [Fault(urlsplit(url).path, "path", method)]
        query = parse_qs(urlsplit(url).query, keep_blank_values=True)
        parameters = {p["name"]: p for p in said.get("parameters", [])}
        faults = [Fault("?", "unknown parameter", name) for name in query.keys() - parameters]
        for name, parameter in parameters.items():
            values = query.get(name) if parameter["in"] == "query" else [in_path[name]]
            if values is None:
                faults += [Fault("?", "required", name)] if parameter.get("required") else []
                continue
            value = _typed(parameter["schema"], values)
            faults += [
                Fault(f"?{name}{fault.where[1:]}", fault.rule, fault.told)
                for fault in self.faults(parameter["schema"], value)
            ]
            words = WORDS.get((template.removeprefix("/rest/api/3"), name))
            faults += [Fault(f"?{name}", "enum", v) for v in values if words and v not in words]
        described = said.get("requestBody", {}).get("content", {}).get("application/json")
        if (described is None) != (body is None):
            return [*faults, Fault("$", "body", "missing" if body is None else "unexpected")]
        if described is not None:
            document = json.loads(body or b"")
            faults += self.faults(described["schema"], document)
            faults += _too_many(template.removeprefix("/rest/api/3"), document)
        return faults

    def faults(self, schema: Schema, document: Document) -> list[Fault]:
        """What a document breaks of a schema."""
        whole = strict(schema) | {"components": self.components}
        validator = jsonschema.Draft202012Validator(whole, format_checker=FORMATS)
        return [fault for error in validator.iter_errors(document) for fault in _told(error)]


def _told(error: jsonschema.ValidationError) -> Iterator[Fault]:
    where, rule = re.sub(r"\[\d+\]", "[]", error.json_path), str(error.validator)
    if rule == "additionalProperties":
        for name in sorted(error.instance.keys() - error.schema.get("properties", {}).keys()):
            yield Fault(where, "undescribed", name)
    elif rule == "type":
        yield Fault(where, rule, _type(error.instance))
    elif rule in ("enum", "format"):
        yield Fault(where, rule, str(error.instance))
    else:
        yield Fault(where, rule, error.message[:80])


def strict(schema: Schema) -> Schema:
    """A schema without open objects, in the words of today's JSON Schema."""
    made = dict(schema)
    for key in ("items", "additionalProperties"):
        if isinstance(schema.get(key), dict):
            made[key] = strict(schema[key])
    if "allOf" in schema:
        made["allOf"] = [strict(part) for part in schema["allOf"]]
    if "properties" in schema:
        made["properties"] = {name: strict(part) for name, part in schema["properties"].items()}
        made["additionalProperties"] = False
    if schema.get("nullable"):
        made["type"] = [schema["type"], "null"]
    return made


def _typed(schema: Schema, values: list[str]) -> Any:
    """The value of a parameter as its schema means it; what can't be that stays a text."""
    kind = schema.get("type")
    if kind == "array":
        texts = [text for value in values for text in value.split(",")]
        return [_typed(schema["items"], [text]) for text in texts]
    if kind == "integer" and re.fullmatch(r"-?\d+", values[-1]):
        return int(values[-1])
    if kind == "boolean" and values[-1] in ("true", "false"):
        return values[-1] == "true"
    return values[-1]


def _too_many(path: str, document: Document) -> Iterator[Fault]:
    for name, value in document.items():
        number = len(value) if isinstance(value, list) else value
        most = MOST.get((path, name))
        if most is not None and isinstance(number, int) and number > most:
            yield Fault(f"$.{name}", "most", str(most))


def _type(value: Document) -> str:
    names = {dict: "object", list: "array", str: "string", bool: "boolean", int: "integer"}
    return "null" if value is None else names.get(type(value), "number")


FORMATS = jsonschema.FormatChecker(formats=())


@FORMATS.checks("date-time", raises=ValueError)
def _is_instant(value: object) -> bool:
    """Jira's offsets have no colon, in Atlassian's own examples as well."""
    return not isinstance(value, str) or datetime.fromisoformat(value).tzinfo is not None


@FORMATS.checks("date", raises=ValueError)
def _is_date(value: object) -> bool:
    return not isinstance(value, str) or bool(date.fromisoformat(value))


@FORMATS.checks("uuid", raises=ValueError)
def _is_uuid(value: object) -> bool:
    return not isinstance(value, str) or bool(uuid.UUID(value))


@FORMATS.checks("uri")
def _is_uri(value: object) -> bool:
    return not isinstance(value, str) or bool(urlsplit(value).scheme and urlsplit(value).netloc)


@FORMATS.checks("int32")
def _is_int32(value: object) -> bool:
    return not isinstance(value, int) or -(2**31) <= value < 2**31


@FORMATS.checks("int64")
def _is_int64(value: object) -> bool:
    return not isinstance(value, int) or -(2**63) <= value < 2**63


def contract(rich_text: Schema = RICH_TEXT) -> Contract:
    """The contract in the folder that JIRA_OPENAPI names; a test without it says so."""
    folder = os.environ.get("JIRA_OPENAPI")
    if not folder:
        pytest.skip("JIRA_OPENAPI names no folder with Atlassian's description")
    described = json.loads((Path(folder) / "jira-cloud-v3-subset.json").read_text())
    return Contract(described, rich_text)
