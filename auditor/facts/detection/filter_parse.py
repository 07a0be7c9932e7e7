"""The filter pattern language of CloudWatch Logs, from text to a tree.

https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/FilterAndPatternSyntax.html
https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/FilterAndPatternSyntaxForMetricFilters.html
Patterns are case-sensitive, and whitespace outside of quotes is free.
"""

from __future__ import annotations

import re
from typing import Literal

import msgspec

Operator = Literal["=", "!=", "<", ">", "<=", ">=", "NULL", "TRUE", "FALSE", "NOT EXISTS"]
Kind = Literal["text", "number", "regex", ""]
Selector = tuple[str | int, ...]  # names, indexes, and "*" for any element


class Malformed(ValueError):
    """The text is no pattern; AWS would refuse it."""


class Test(msgspec.Struct, frozen=True):
    """One comparison. `operand` is the text between the quotes or marks; `*` in text and numbers is any run."""

    selector: Selector
    operator: Operator
    operand: str = ""
    kind: Kind = ""


class Group(msgspec.Struct, frozen=True):
    """`&&` or `||` of its parts."""

    operator: Literal["&&", "||"]
    parts: tuple[Test | Group, ...]


class Term(msgspec.Struct, frozen=True):
    """A word, phrase or regular expression of the text form; `mark` is `?`, `-` or nothing."""

    text: str
    mark: str = ""
    is_regex: bool = False


class Pattern(msgspec.Struct, frozen=True):
    """One of the forms; `free` of the delimited form: no field has a condition, and `...` stands among them."""

    form: Literal["all", "json", "terms", "delimited"]
    tree: Test | Group | None = None
    terms: tuple[Term, ...] = ()
    free: bool = False


_REGEX = re.compile(r"(?:[A-Za-z0-9:_#=@/;,\-^$?\[\]{}|*+.]|\\(?:[dDsSwW]|x[0-9A-Fa-f]{2}|[^A-Za-z0-9\s]))+")
_MOST_REGEXES = 2
_NUMBER = re.compile(r"[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?")
_GLOB_NUMBER = re.compile(r"[+-]?[\d.*]+")
_NAME = re.compile(r"\.([A-Za-z0-9_-]+)|\[(\d+|\*)\]")
_QUOTED = re.compile(r'"((?:[^"\\]|\\.)*)"', re.DOTALL)
_BARE = re.compile(r"[+-]?[A-Za-z0-9_.*]+(?:(?<=[eE])[+-]\d+)?")
_COMPARISON = re.compile(r"!=|<=|>=|=|<|>")
_WORD = re.compile(r"[A-Za-z0-9_]+")


def parse(text: str) -> Pattern:
    """The tree of a pattern. Malformed, with the place, where it is none."""
    if not text.strip():
        return Pattern("all")
    first = text.strip()[0]
    if first == "{":
        return Pattern("json", _Json(text).pattern())
    if first == "[":
        return _delimited(text.strip())
    return Pattern("terms", terms=tuple(_terms(text)))


def compiled(text: str) -> re.Pattern[str]:
    """A regular expression between `%`. Malformed."""
    if not _REGEX.fullmatch(text):
        raise Malformed(f"%{text}% is no regular expression of a filter pattern")
    try:
        return re.compile(text, re.ASCII)
    except re.error as error:
        raise Malformed(f"%{text}%: {error}") from error


class _Scanner:
    def __init__(self, text: str) -> None:
        self.text = text
        self.at = 0
        self.regexes = 0

    def space(self) -> None:
        while self.at < len(self.text) and self.text[self.at].isspace():
            self.at += 1

    def take(self, pattern: re.Pattern[str]) -> re.Match[str] | None:
        match = pattern.match(self.text, self.at)
        if match is not None:
            self.at = match.end()
        return match

    def word(self, word: str) -> bool:
        self.space()
        if not self.text.startswith(word, self.at):
            return False
        self.at += len(word)
        return True

    def error(self, wanted: str) -> Malformed:
        return Malformed(f"{wanted} is wanted at character {self.at + 1}")

    def regex(self) -> str:
        """What stands between the mark that was just read and the next."""
        end = self.text.find("%", self.at)
        if end < 0:
            raise self.error("the end of the regular expression")
        found, self.at = self.text[self.at : end], end + 1
        compiled(found)
        self.regexes += 1
        if self.regexes > _MOST_REGEXES:
            raise Malformed(f"more than {_MOST_REGEXES} regular expressions")
        return found


class _Json(_Scanner):
    """`{ a && (b || c) }`: parentheses before `&&` before `||`."""

    def pattern(self) -> Test | Group:
        self.word("{")
        tree = self.either()
        if not self.word("}"):
            raise self.error("an operator or }")
        self.space()
        if self.at < len(self.text):
            raise self.error("the end")
        return tree

    def either(self) -> Test | Group:
        parts = [self.both()]
        while self.word("||"):
            parts.append(self.both())
        return parts[0] if len(parts) == 1 else Group("||", tuple(parts))

    def both(self) -> Test | Group:
        parts = [self.atom()]
        while self.word("&&"):
            parts.append(self.atom())
        return parts[0] if len(parts) == 1 else Group("&&", tuple(parts))

    def atom(self) -> Test | Group:
        if self.word("("):
            tree = self.either()
            if not self.word(")"):
                raise self.error(")")
            return tree
        return self.test()

    def test(self) -> Test:
        selector = self.selector()
        if self.word("NOT"):
            if self.text[self.at : self.at + 1].isspace() and self.word("EXISTS"):
                return Test(selector, "NOT EXISTS")
            raise self.error("EXISTS")
        if self.word("IS"):
            if self.text[self.at : self.at + 1].isspace():
                self.space()
                found = self.take(_WORD)
                if found and found[0] in ("NULL", "TRUE", "FALSE"):
                    return Test(selector, found[0])  # type: ignore[arg-type]
            raise self.error("NULL, TRUE or FALSE")
        self.space()
        operator = self.take(_COMPARISON)
        if operator is None:
            raise self.error("a comparison")
        operand, kind = self.operand()
        if kind != "number" and operator[0] not in ("=", "!="):
            raise Malformed(f"{operator[0]} compares numbers only")
        return Test(selector, operator[0], operand, kind)  # type: ignore[arg-type]

    def selector(self) -> Selector:
        if not self.word("$"):
            raise self.error("a selector")
        steps: list[str | int] = []
        while match := self.take(_NAME):
            name, index = match.groups()
            steps.append(name if name is not None else "*" if index == "*" else int(index))
        if not steps or steps.count("*") > 1:
            raise self.error("a selector with at most one [*]")
        return tuple(steps)

    def operand(self) -> tuple[str, Kind]:
        self.space()
        if self.word("%"):
            return self.regex(), "regex"
        if match := self.take(_QUOTED):
            return re.sub(r"\\(.)", r"\1", match[1]), "text"
        match = self.take(_BARE)
        if match is None:
            raise self.error("a value")
        text = match[0]
        if _NUMBER.fullmatch(text) or (_GLOB_NUMBER.fullmatch(text) and any(c.isdigit() for c in text)):
            return text, "number" if text.count(".") < 2 else "text"
        if not re.fullmatch(r"[A-Za-z0-9_.*]+", text):
            raise self.error("a quoted value")
        return text, "text"


def _terms(text: str) -> list[Term]:
    scanner, found = _Scanner(text), []
    scanner.space()
    while scanner.at < len(text):
        mark = text[scanner.at] if text[scanner.at] in "?-" else ""
        scanner.at += len(mark)
        if scanner.text.startswith("%", scanner.at):
            scanner.at += 1
            found.append(Term(scanner.regex(), mark, True))
        elif match := scanner.take(_QUOTED):
            found.append(Term(re.sub(r"\\(.)", r"\1", match[1]), mark))
        elif match := scanner.take(_WORD):
            found.append(Term(match[0], mark))
        else:
            raise scanner.error("a word or a quoted phrase")
        if scanner.at < len(text) and not text[scanner.at].isspace():
            raise scanner.error("a space")
        scanner.space()
    return found


def _delimited(text: str) -> Pattern:
    """Only its shape: no event that is JSON is compared with single fields."""
    if not text.endswith("]") or text.count('"') % 2:
        raise Malformed("the list of fields has no end")
    fields = [field.strip() for field in re.sub(r'"[^"]*"', '""', text[1:-1]).split(",")]
    if not all(fields):
        raise Malformed("a field is empty")
    names = all(field == "..." or _WORD.fullmatch(field) for field in fields)
    return Pattern("delimited", free=names and "..." in fields)
