"""Which issues does a query mean? A small, honest parser of what clients send."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from zoneinfo import ZoneInfo

import numpy as np

from jira_usage.demo.chance import Column
from jira_usage.demo.times import to_ms
from jira_usage.demo.world import World

UNBOUNDED = (
    "Unbounded JQL queries are not allowed here. Please add a search restriction to your query."
)
_TOKEN = re.compile(
    r"""\s*(?:(?P<string>"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*')|(?P<op>>=|<=|!=|[=<>(),~])"""
    r"""|(?P<word>[^\s"'=<>!(),~]+))"""
)
_RELATIVE = re.compile(r"^([+-]?)(\d+)([wdhm])$")
_UNITS = {"w": 7 * 86_400_000, "d": 86_400_000, "h": 3_600_000, "m": 60_000}
_ORDERS = ("key", "id", "created", "updated", "project", "issuekey")


class JqlError(Exception):
    """A query that the site refuses; the message is the site's."""


@dataclass(frozen=True)
class Scope:
    """What a query is asked of: the viewer's issues, clock and zone."""

    world: World
    readable: Column
    updated: Column
    zone: ZoneInfo


Clause = Callable[[Scope], Column]


@dataclass
class Query:
    """A parsed query: which issues, in what order."""

    clause: Clause | None
    order: list[tuple[str, bool]] = field(default_factory=list)  # field, descending

    def matches(self, scope: Scope) -> Column:
        """A mask over all issues."""
        if self.clause is None:
            raise JqlError(UNBOUNDED)
        return self.clause(scope) & scope.readable

    def sort_columns(self, scope: Scope) -> list[Column]:
        """Columns that order the issues, the first one first, ties broken by id."""
        world = scope.world
        columns: list[Column] = []
        for name, descending in self.order or [("created", True)]:
            sign = -1 if descending else 1
            if name in ("key", "issuekey", "project"):
                alphabetical = np.argsort(np.argsort([p.key for p in world.company.projects]))
                columns.append(sign * alphabetical[world.project].astype(np.int64))
                if name != "project":
                    columns.append(sign * world.number.astype(np.int64))
            elif name == "id":
                columns.append(sign * world.issues.id.astype(np.int64))
            elif name == "created":
                columns.append(sign * world.issues.created)
            else:
                columns.append(sign * scope.updated)
        columns.append(world.issues.id.astype(np.int64))
        return columns


def parse(text: str) -> Query:
    """Parse a query; JqlError says what Jira would say."""
    return _Parser(text).query()


class _Parser:
    def __init__(self, text: str) -> None:
        self.tokens: list[tuple[str, str]] = []
        at = 0
        stripped = text.rstrip()
        while at < len(stripped):
            found = _TOKEN.match(stripped, at)
            if found is None:
                raise JqlError(
                    f"Error in the JQL Query: The character '{stripped[at]}' is a reserved JQL "
                    "character. You must enclose it in a string or use the escape."
                )
            sort = str(found.lastgroup)
            value = found.group(sort)
            if sort == "string":
                value = re.sub(r"\\(.)", r"\1", value[1:-1])
            self.tokens.append((sort, value))
            at = found.end()
        self.at = 0

    def _peek(self) -> tuple[str, str]:
        return self.tokens[self.at] if self.at < len(self.tokens) else ("end", "")

    def _next(self) -> tuple[str, str]:
        token = self._peek()
        self.at += 1
        return token

    def _is_word(self, *words: str) -> bool:
        sort, value = self._peek()
        return sort == "word" and value.lower() in words

    def _fail(self, token: tuple[str, str]) -> JqlError:
        if token[0] == "end":
            return JqlError("Error in the JQL Query: Unexpected end of the query.")
        return JqlError(
            f"Error in the JQL Query: Expecting an operator or a value but got '{token[1]}'."
        )

    def query(self) -> Query:
        clause = None if self._peek()[0] == "end" or self._is_word("order") else self._either()
        order: list[tuple[str, bool]] = []
        if self._is_word("order"):
            self._next()
            if not self._is_word("by"):
                raise self._fail(self._peek())
            self._next()
            order = self._order()
        if self._peek()[0] != "end":
            raise self._fail(self._peek())
        return Query(clause, order)

    def _order(self) -> list[tuple[str, bool]]:
        order = []
        while True:
            sort, name = self._next()
            if sort not in ("word", "string") or name.lower() not in _ORDERS:
                raise JqlError(f"Not able to sort using field '{name}'.")
            descending = False
            if self._is_word("asc", "desc"):
                descending = self._next()[1].lower() == "desc"
            order.append((name.lower(), descending))
            if self._peek() != ("op", ","):
                break
            self._next()
        if len(order) > 7:
            raise JqlError("JQL can be ordered by at most 7 fields.")
        return order

    def _either(self) -> Clause:
        left = self._both()
        while self._is_word("or"):
            self._next()
            left = _or(left, self._both())
        return left

    def _both(self) -> Clause:
        left = self._single()
        while self._is_word("and"):
            self._next()
            left = _and(left, self._single())
        return left

    def _single(self) -> Clause:
        if self._is_word("not"):
            self._next()
            inner = self._single()
            return lambda scope: ~inner(scope)
        if self._peek() == ("op", "("):
            self._next()
            inner = self._either()
            if self._next() != ("op", ")"):
                raise self._fail(self._peek())
            return inner
        return self._comparison()

    def _comparison(self) -> Clause:
        sort, name = self._next()
        if sort not in ("word", "string"):
            raise self._fail((sort, name))
        name = name.lower()
        sort, operator = self._next()
        negated = sort == "word" and operator.lower() == "not"
        if negated:
            sort, operator = self._next()
        operator = operator.lower()
        if sort == "end":
            raise self._fail((sort, operator))
        if operator == "in":
            values = self._values()
            operator = "not in" if negated else "in"
        else:
            sort, value = self._next()
            if sort not in ("word", "string"):
                raise self._fail((sort, value))
            values = [value]
        return _compare(name, operator, values)

    def _values(self) -> list[str]:
        if self._next() != ("op", "("):
            raise self._fail(self._peek())
        values = []
        while True:
            sort, value = self._next()
            if sort not in ("word", "string"):
                raise self._fail((sort, value))
            values.append(value)
            sort, value = self._next()
            if (sort, value) == ("op", ")"):
                return values
            if (sort, value) != ("op", ","):
                raise self._fail((sort, value))


def _or(left: Clause, right: Clause) -> Clause:
    return lambda scope: left(scope) | right(scope)


def _and(left: Clause, right: Clause) -> Clause:
    return lambda scope: left(scope) & right(scope)


def _compare(name: str, operator: str, values: list[str]) -> Clause:
    if name in ("updated", "created", "updateddate", "createddate"):
        return _dates(name, operator, values)
    if operator not in ("=", "!=", "in", "not in"):
        raise JqlError(f"The operator '{operator}' is not supported by the '{name}' field.")
    if name == "project":
        chosen = _projects(values)
    elif name in ("id", "issue", "issuekey", "key"):
        chosen = _issues(name, values)
    else:
        raise JqlError(f"Field '{name}' does not exist or you do not have permission to view it.")
    return chosen if operator in ("=", "in") else lambda scope: ~chosen(scope)


def _projects(values: list[str]) -> Clause:
    def clause(scope: Scope) -> Column:
        wanted = []
        for value in values:
            index = scope.world.project_by_key(value)
            if index is None:
                by_name = [
                    i
                    for i, p in enumerate(scope.world.company.projects)
                    if p.name.lower() == value.lower()
                ]
                index = by_name[0] if by_name else None
            if index is None:
                raise JqlError(f"The value '{value}' does not exist for the field 'project'.")
            wanted.append(index)
        return np.isin(scope.world.project, wanted)

    return clause


def _issues(name: str, values: list[str]) -> Clause:
    def clause(scope: Scope) -> Column:
        mask = np.zeros(len(scope.world.issues), dtype=bool)
        for value in values:
            row = scope.world.row_of_id(int(value)) if value.isdigit() else None
            if row is None:
                row = scope.world.row_of_key(value)
            if row is None or not scope.readable[row]:
                raise JqlError(f"An issue with key '{value}' does not exist for field '{name}'.")
            mask[row] = True
        return mask

    return clause


def _dates(name: str, operator: str, values: list[str]) -> Clause:
    if operator not in (">=", ">", "<=", "<", "=", "!="):
        raise JqlError(f"The operator '{operator}' is not supported by the '{name}' field.")
    value = values[0]
    _instant(name, value, 0, ZoneInfo("UTC"))  # a wrong date is refused before it is used

    def clause(scope: Scope) -> Column:
        bound = _instant(name, value, scope.world.now, scope.zone)
        column = scope.updated if name.startswith("updated") else scope.world.issues.created
        # An absolute date has minute precision: "= 10:30" means that whole minute.
        if operator == ">=":
            return column >= bound
        if operator == ">":
            return column > bound
        if operator == "<=":
            return column <= bound
        if operator == "<":
            return column < bound
        same = (column >= bound) & (column < bound + 60_000)
        return same if operator == "=" else ~same

    return clause


def _instant(name: str, value: str, now: int, zone: ZoneInfo) -> int:
    relative = _RELATIVE.match(value)
    if relative:
        sign = -1 if relative[1] == "-" else 1
        return now // 60_000 * 60_000 + sign * int(relative[2]) * _UNITS[relative[3]]
    text = value.replace("/", "-")
    for shape in ("%Y-%m-%d %H:%M", "%Y-%m-%d"):
        try:
            return to_ms(datetime.strptime(text, shape).replace(tzinfo=zone))
        except ValueError:
            continue
    raise JqlError(
        f"Date value '{value}' for field '{name}' is invalid. Valid formats include: "
        "'yyyy/MM/dd HH:mm', 'yyyy-MM-dd HH:mm', 'yyyy/MM/dd', 'yyyy-MM-dd', or a period format "
        "e.g. '-5d', '4w 2d'."
    )
