"""Two accounts of moto, seeded. `python tests/proof/proof_accounts.py FOLDER` audits both and writes their reports."""

from __future__ import annotations

import re
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

sys.path[:0] = [str(Path(__file__).parent.parent)]

import boto3  # noqa: E402
from moto_account import server  # noqa: E402
from proof_data import seed_data  # noqa: E402
from proof_iam import seed_iam  # noqa: E402
from proof_kept import seed_kept  # noqa: E402
from proof_kept_recorded import ROLE, kept_answers  # noqa: E402
from proof_network import seed_network  # noqa: E402
from proof_recorded import answers  # noqa: E402
from proof_run import Moto, audited  # noqa: E402
from proof_services import seed_services  # noqa: E402


@contextmanager
def seeded() -> Iterator[Moto]:
    with server(MOTO_IAM_LOAD_MANAGED_POLICIES="true") as url:
        own = _clients(url, "testing", "testing")
        labels: dict[str, str] = {}
        for seed in (seed_iam, seed_data, seed_network, seed_services):
            labels |= seed(own)
        role = own("sts").assume_role(RoleArn=ROLE, RoleSessionName="seed")["Credentials"]
        labels |= seed_kept(_clients(url, role["AccessKeyId"], role["SecretAccessKey"], role["SessionToken"]))
        yield Moto(url, labels)


def _clients(url: str, *credentials: str) -> Callable[..., Any]:
    session = boto3.session.Session(*credentials)
    session.events.register("before-call.s3-control", _without_account_in_host)
    return lambda service, region="us-east-1": session.client(service, region, endpoint_url=url)


def _without_account_in_host(params: dict[str, Any], **_: Any) -> None:
    """S3 Control puts the account id before the host, where moto has no name."""
    params["url"] = re.sub(r"://\d{12}\.", "://", params["url"], count=1)


def main(folder: str) -> None:
    from auditor.cli.session import opa_binary

    opa = opa_binary()
    with seeded() as moto:
        for name, fault, more in (
            ("acme", answers(moto.labels), ("--user-data",)),
            ("kept", kept_answers(moto.labels), ("--role-arn", ROLE)),
        ):
            place = Path(folder, name)
            place.mkdir(parents=True, exist_ok=True)
            audited(moto, fault, opa, place, *more)


if __name__ == "__main__":
    main(sys.argv[1])
