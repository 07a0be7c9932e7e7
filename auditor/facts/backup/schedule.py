"""How far apart the runs of a schedule expression lie at most: `cron(...)` with AWS's six fields, or `rate(...)`.

https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-scheduled-rule-pattern.html
Times are taken by the clock on the wall: the hour that summer time adds or takes once a year is not counted.
"""

from __future__ import annotations

import calendar
import datetime
import functools
import re
from collections.abc import Collection, Iterator

_RATE = re.compile(r"rate\(\s*(\d+) (minute|hour|day)s?\s*\)")
_CRON = re.compile(r"cron\(\s*(\S+) (\S+) (\S+) (\S+) (\S+) (\S+)\s*\)")
_MINUTES = {"minute": 1, "hour": 60, "day": 1440}
_MONTHS = {
    **{"JAN": 1, "FEB": 2, "MAR": 3, "APR": 4, "MAY": 5, "JUN": 6},
    **{"JUL": 7, "AUG": 8, "SEP": 9, "OCT": 10, "NOV": 11, "DEC": 12},
}
_DAYS = {"SUN": 1, "MON": 2, "TUE": 3, "WED": 4, "THU": 5, "FRI": 6, "SAT": 7}
# Every combination of a leap year and a first weekday lies in these years.
_FIRST, _LAST = 2001, 2028
NEVER = float("inf")


class NotUnderstood(ValueError):
    """What stands there is no schedule, or says more than is understood here (single years)."""


@functools.lru_cache(maxsize=256)
def longest_gap(expression: str) -> float:
    """The longest distance between two runs in hours; NEVER where it does not run. NotUnderstood."""
    if match := _RATE.fullmatch(expression.strip()):
        if not int(match[1]):
            raise NotUnderstood(expression)
        return int(match[1]) * _MINUTES[match[2]] / 60
    match = _CRON.fullmatch(expression.strip())
    if match is None:
        raise NotUnderstood(expression)
    minutes, hours, days, months, weekdays, years = match.groups()
    if years != "*" or (days == "?") == (weekdays == "?") and "*" not in (days, weekdays):
        raise NotUnderstood(expression)
    times = [60 * h + m for h in sorted(_numbers(hours, 0, 23)) for m in sorted(_numbers(minutes, 0, 59))]
    dates = [date.toordinal() for date in _dates(days, _numbers(months, 1, 12, _MONTHS), weekdays)]
    if not dates:
        return NEVER
    within = max((later - earlier for earlier, later in zip(times, times[1:], strict=False)), default=0)
    apart = max(later - earlier for earlier, later in zip(dates, dates[1:], strict=False))
    return max(within, 1440 * apart - times[-1] + times[0]) / 60


def _dates(days: str, months: Collection[int], weekdays: str) -> Iterator[datetime.date]:
    for year in range(_FIRST, _LAST + 1):
        for month in sorted(months):
            last = calendar.monthrange(year, month)[1]
            chosen = _days_of_month(days, year, month, last) & _days_of_week(weekdays, year, month, last)
            yield from (datetime.date(year, month, day) for day in sorted(chosen))


def _days_of_month(field: str, year: int, month: int, last: int) -> set[int]:
    every = set(range(1, last + 1))
    if field in ("*", "?"):
        return every
    chosen: set[int] = set()
    for part in field.split(","):
        if part == "L":
            chosen.add(last)
        elif part == "LW":
            chosen.add(_nearest_working_day(year, month, last, last))
        elif part.endswith("W") and part[:-1].isdigit():
            day = _in_range(part[:-1], 1, 31)
            chosen |= {_nearest_working_day(year, month, day, last)} if day <= last else set()
        else:
            chosen |= _numbers(part, 1, 31)
    return chosen & every


def _nearest_working_day(year: int, month: int, day: int, last: int) -> int:
    """Never in another month."""
    weekday = datetime.date(year, month, day).isoweekday()
    if weekday == 6:
        return day - 1 if day > 1 else day + 2
    if weekday == 7:
        return day + 1 if day < last else day - 2
    return day


def _days_of_week(field: str, year: int, month: int, last: int) -> set[int]:
    every = set(range(1, last + 1))
    if field in ("*", "?"):
        return every
    chosen: set[int] = set()
    for part in field.split(","):
        weekday, mark, number = part.partition("#")
        if mark:
            nth = _in_range(number, 1, 5)
            chosen |= set(_with_weekday(every, year, month, _weekday(weekday))[nth - 1 : nth])
        elif part == "L":
            chosen |= set(_with_weekday(every, year, month, 7))
        elif part.endswith("L"):
            chosen.add(_with_weekday(every, year, month, _weekday(part[:-1]))[-1])
        else:
            for one in _numbers(part, 1, 7, _DAYS):
                chosen |= set(_with_weekday(every, year, month, one))
    return chosen


def _weekday(text: str) -> int:
    return _DAYS[text.upper()] if text.upper() in _DAYS else _in_range(text, 1, 7)


def _with_weekday(days: Collection[int], year: int, month: int, weekday: int) -> list[int]:
    """AWS counts from Sunday (1) to Saturday (7)."""
    return [day for day in sorted(days) if datetime.date(year, month, day).isoweekday() % 7 + 1 == weekday]


def _numbers(field: str, low: int, high: int, names: dict[str, int] | None = None) -> set[int]:
    """`*`, `5`, `1-5`, `0/6`, `2-20/3`, names, and lists of these. NotUnderstood."""
    found: set[int] = set()
    for part in field.split(","):
        span, slash, step = part.partition("/")
        first, dash, last = span.partition("-")
        if span == "*":
            start, end = low, high
        else:
            start = _named(first, low, high, names)
            end = _named(last, low, high, names) if dash else high if slash else start
        if start > end or slash and not (step.isascii() and step.isdigit() and int(step)):
            raise NotUnderstood(field)
        found.update(range(start, end + 1, int(step) if slash else 1))
    return found


def _named(text: str, low: int, high: int, names: dict[str, int] | None) -> int:
    return names[text.upper()] if names and text.upper() in names else _in_range(text, low, high)


def _in_range(text: str, low: int, high: int) -> int:
    if not (text.isascii() and text.isdigit() and low <= int(text) <= high):
        raise NotUnderstood(text)
    return int(text)
