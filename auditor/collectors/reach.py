"""Which endpoints of an account answer. A region or an account that keeps silent is given up, not waited for in full.

A silent endpoint costs its timeout times its attempts. Where several services in a region were silent and none ever
answered, the others of the region are not asked; where nothing answered anywhere, nothing is asked any more.
"""

from __future__ import annotations

import threading

_SILENT_SERVICES = 3


class Reach:
    """Shared by the collectors of one account, in many threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._answered: set[str | None] = set()
        self._silent: dict[str | None, set[str]] = {}

    def answers(self, region: str | None) -> None:
        """Some service answered there, if only with a refusal."""
        if region not in self._answered:
            with self._lock:
                self._answered.add(region)

    def is_silent(self, region: str | None, service: str) -> None:
        """A service did not answer there after all its attempts."""
        with self._lock:
            self._silent.setdefault(region, set()).add(service)

    def given_up(self, region: str | None) -> str:
        """Why a region is not asked any more; empty while it is."""
        with self._lock:
            if region in self._answered:
                return ""
            if len(self._silent.get(region, ())) >= _SILENT_SERVICES:
                return f"nothing answers in {region or 'the global services'}"
            if not self._answered and sum(map(len, self._silent.values())) >= _SILENT_SERVICES:
                return "nothing answers in this account"
            return ""
