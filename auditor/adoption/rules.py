"""What holds for everything that somebody answers for: a waiver, a waiver in a template, an accepted blind spot."""

from __future__ import annotations

from datetime import date

from auditor.config import Waivers


def fault(rules: Waivers, expires: date | None, today: date) -> str | None:
    """Why it does not count, in words that follow its name; it still counts on its last day."""
    if expires is None:
        return "has no expiry and does not count: give it one" if rules.require_expiry else None
    if expires < today:
        return f"expired on {expires}: it no longer counts"
    if rules.max_days and (expires - today).days > rules.max_days:
        return f"expires on {expires}, more than {rules.max_days} days ahead, and does not count: give it a nearer day"
    return None


def warning(rules: Waivers, expires: date | None, today: date) -> str | None:
    """Of one that counts: that it soon will not."""
    if expires is None or (left := (expires - today).days) > rules.warn_days:
        return None
    return f"expires on {expires}, {'today' if not left else 'tomorrow' if left == 1 else f'in {left} days'}"
