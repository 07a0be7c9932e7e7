"""Schedules against a clock that looks at every minute."""

from __future__ import annotations

import datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from auditor.facts.backup.schedule import NEVER, NotUnderstood, longest_gap

DAY = 24.0


@pytest.mark.parametrize(
    ("expression", "hours"),
    [
        ("cron(0 5 ? * * *)", DAY),
        ("cron(0 5 * * ? *)", DAY),
        ("cron(15 * ? * * *)", 1),
        ("cron(0/30 * ? * * *)", 0.5),
        ("cron(0 6,20 ? * * *)", 14),
        ("cron(0 5 ? * MON-FRI *)", 3 * DAY),
        ("cron(0 5 ? * 2-6 *)", 3 * DAY),
        ("cron(0 5 ? * SUN *)", 7 * DAY),
        ("cron(0 5 1 * ? *)", 31 * DAY),
        ("cron(0 5 L * ? *)", 31 * DAY),
        ("cron(0 5 1 1 ? *)", 366 * DAY),
        ("cron(0 5 ? * 2#1 *)", 35 * DAY),
        ("cron(0 5 ? * 6L *)", 35 * DAY),
        ("cron(0 5 30 2 ? *)", NEVER),
        ("rate(12 hours)", 12),
        ("rate(1 day)", DAY),
        ("rate(90 minutes)", 1.5),
    ],
)
def test_the_longest_gap(expression: str, hours: float) -> None:
    assert longest_gap(expression) == hours


def test_the_working_day_nearest_to_the_first_stays_in_its_month() -> None:
    assert longest_gap("cron(0 5 1W * ? *)") == 33 * DAY  # Saturday the first goes to Monday the third


@pytest.mark.parametrize(
    "expression",
    [
        *("", "daily", "cron(0 5 * * *)", "cron(0 5 ? * ? *)", "cron(0 5 1 * MON *)", "cron(61 5 ? * * *)"),
        *(
            "cron(0 5 ? * FRI-MON *)",
            "cron(0/0 5 ? * * *)",
            "cron(0 5 ? * * 2027)",
            "rate(0 hours)",
            "cron(0 5 X * ? *)",
        ),
        "at(2026-01-01T00:00:00)",
    ],
)
def test_what_is_not_understood_says_so(expression: str) -> None:
    with pytest.raises(NotUnderstood):
        longest_gap(expression)


hours = st.lists(st.integers(0, 23), min_size=1, max_size=3, unique=True)
weekdays = st.lists(st.integers(1, 7), min_size=1, max_size=3, unique=True)
minutes = st.integers(0, 59)


@settings(max_examples=40, deadline=None)
@given(minutes, hours, weekdays)
def test_days_of_the_week_against_a_clock(minute: int, hour: list[int], days: list[int]) -> None:
    text = f"cron({minute} {','.join(map(str, hour))} ? * {','.join(map(str, days))} *)"
    moment, runs = datetime.datetime(2026, 1, 1), []
    while moment < datetime.datetime(2026, 2, 1):
        if moment.minute == minute and moment.hour in hour and moment.isoweekday() % 7 + 1 in days:
            runs.append(moment)
        moment += datetime.timedelta(minutes=1)
    apart = max(later - earlier for earlier, later in zip(runs, runs[1:], strict=False))
    assert longest_gap(text) == apart.total_seconds() / 3600
