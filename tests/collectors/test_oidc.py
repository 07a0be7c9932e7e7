"""OpenID Connect providers on moto, and the federated trusts that join them."""

from __future__ import annotations

from test_collect import Aws, collected, refuse

from auditor.collectors.account import AccountRun
from auditor.collectors.base import wanted_of
from auditor.model import Hidden, Reason
from auditor.sources.sessions import Patience, own_account

TYPE = "AWS::IAM::OIDCProvider"
READS = {TYPE: ((), ("Arn",), ("Url",), ("ClientIdList",), ("ThumbprintList",))}


def test_an_issuer_has_its_scheme_and_its_audiences(aws: Aws) -> None:
    arn = aws("iam").create_open_id_connect_provider(
        Url="https://token.actions.githubusercontent.com", ClientIDList=["sts.amazonaws.com"], ThumbprintList=["a" * 40]
    )["OpenIDConnectProviderArn"]
    run, found = collected(READS)
    (provider,) = found[TYPE]
    assert (provider.id, provider.name, provider.arn, provider.region) == (arn, arn, arn, None)
    assert provider.properties == {
        "Arn": arn,
        "Url": "https://token.actions.githubusercontent.com",
        "ClientIdList": ["sts.amazonaws.com"],
        "ThumbprintList": ["a" * 40],
    }
    assert run.gaps == []


def test_a_refused_issuer_is_there_and_not_seen(aws: Aws) -> None:
    aws("iam").create_open_id_connect_provider(Url="https://id.example.com", ThumbprintList=["b" * 40])
    account = own_account(None, Patience(attempts=1))
    refuse(account.client("iam", "us-east-1"), "GetOpenIDConnectProvider")
    run = AccountRun(account.id, "aws", "us-east-1", (), account.client, wanted_of(READS), "")
    (provider,) = run.resources()
    why = Hidden(Reason.DENIED, "iam:GetOpenIDConnectProvider")
    assert [provider.properties[name] for name in ("Url", "ClientIdList", "ThumbprintList")] == [why, why, why]
