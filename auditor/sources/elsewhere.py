"""What an account cannot see and another account of the same snapshots can. No call is made for it."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path as File

from auditor.model import Plan, Resource
from auditor.snapshot import AccountLine, ResourceLine, lines
from auditor.sources import elsewhere_keys, elsewhere_logs

# Types that no call lists: they are made of what other accounts hold.
TOLD = elsewhere_logs.TYPES | {elsewhere_keys.OTHER}


class Others:
    """What each account is told of the others, as far as the plan reads it. One pass over the files, or none."""

    def __init__(self, files: Sequence[File], plan: Plan) -> None:
        wanted = plan.reads.keys() & TOLD
        self._logs = elsewhere_logs.Logs()
        self._keys = elsewhere_keys.Keys(plan)
        for file in files if wanted else ():
            account = ""
            for line in lines(file):
                if isinstance(line, AccountLine):
                    account = line.account
                if elsewhere_logs.TYPES & wanted:
                    self._logs.add(account, line)
                if isinstance(line, ResourceLine) and elsewhere_keys.OTHER in wanted:
                    self._keys.ask(account, line.resource)
        self._keys.gather(files)

    def of(self, account: str) -> tuple[Resource, ...]:
        return (*self._logs.of_others(account), *self._keys.of_others(account))
