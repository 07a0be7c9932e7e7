"""secret.scan: the places of each type, what of them is hidden, and that no value leaves."""

from __future__ import annotations

import base64
import gzip
import json
from email.mime.multipart import MIMEMultipart
from email.mime.text import MIMEText
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from auditor.data.secret_places import PLACES
from auditor.facts.attach import ScopeView, attach
from auditor.facts.secret.scan import FACT
from auditor.facts.secret.script import LONGEST, decode
from auditor.model import Hidden, Hole, Reason, Resource, Text

FUNCTION = "AWS::Lambda::Function"
TASK = "AWS::ECS::TaskDefinition"
PROJECT = "AWS::CodeBuild::Project"
INSTANCE = "AWS::EC2::Instance"
PASSWORD = "Xk29!vQz77pLw"
KEY = "AKIA" + "ABCDEFGHIJKLMNOP"
PEM = "-----BEGIN RSA PRIVATE KEY-----\nMIIEpAIBAAKCAQEA\n-----END RSA PRIVATE KEY-----\n"

NO_ECHO = Hidden(Reason.UNRESOLVED, "NoEcho parameter P has no value", "P")
NOT_SET = Hidden(Reason.UNRESOLVED, "parameter P has no value", "P")
IMPORTED = Hidden(Reason.UNRESOLVED, 'Fn::ImportValue "x"', "Fn::ImportValue x")
MAPPED = Hidden(Reason.UNRESOLVED, "parameter P has no value", "Fn::FindInMap [M, ⟨P⟩, v]")
MACRO = Hidden(Reason.UNRESOLVED, "Fn::Transform M is not expanded", "Fn::Transform M")
REDACTED = Hidden(Reason.REDACTED, "lambda environment")
WRONG = Hidden(Reason.UNRESOLVED, "mapping M has no a, b")


def scan(type: str, properties: dict[str, Any]) -> tuple[list[tuple[str, str, str]], list[str]]:
    """The findings as (pointer, kind, confidence), and the details of the gaps."""
    made, gaps = attach(Resource(type, "t.yaml#It", "1", "eu", "It", "It", properties), [FACT], ScopeView({}, {}))
    assert all(gap.path == ("facts", "secret.scan", "findings") for gap in gaps)
    findings = made.facts["secret.scan"]["findings"]
    assert all(each["evidence"]["id"] == "t.yaml#It" for each in findings)
    found = [(each["evidence"]["pointer"], each["kind"], each["confidence"]) for each in findings]
    return found, [gap.detail for gap in gaps]


def variables(**values: Any) -> dict[str, Any]:
    return {"Environment": {"Variables": values}}


def pattern(*parts: str | None) -> Text:
    holes = tuple(Hole("P") if part is None else part for part in parts)
    return Text(holes, Reason.UNRESOLVED, "parameter P has no value")


# --- variables ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("type", [FUNCTION, "AWS::Serverless::Function"])
@pytest.mark.parametrize(
    ("name", "value", "kind", "confidence"),
    [
        ("ANYTHING", KEY, "aws-access-key", "high"),  # the canary
        ("ANYTHING", PEM, "private-key", "high"),
        ("DB_PASSWORD", PASSWORD, "secret-under-its-name", "medium"),
        ("DATABASE", f"postgres://app:{PASSWORD}@db/app", "url-password", "high"),
        ("CONFIG", json.dumps({"db": {"password": PASSWORD}}), "secret-under-its-name", "medium"),
        ("CONNECTION", f"Server=db;User=app;Password={PASSWORD};", "secret-under-its-name", "medium"),
        ("AWS_SECRET_ACCESS_KEY", "x", "credential-variable", "high"),
        ("AWS_ACCESS_KEY_ID", 7, "credential-variable", "high"),
    ],
)
def test_a_literal_in_a_variable(type: str, name: str, value: Any, kind: str, confidence: str) -> None:
    assert scan(type, variables(**{name: value})) == ([(f"/Environment/Variables/{name}", kind, confidence)], [])


@pytest.mark.parametrize(
    "value",
    [
        "changeme",
        "${DB_PASSWORD}",
        "{{resolve:secretsmanager:app:SecretString:password}}",
        "{{resolve:ssm-secure:/app/password:1}}",
        "{{resolve:secretsmanager:⟨Secret⟩:SecretString:password}}",
        "arn:aws:secretsmanager:eu-west-1:111122223333:secret:app-AbCdEf",
        "⟨Secret⟩",
        "",
        None,
        True,
        NO_ECHO,
        NOT_SET,
        IMPORTED,
        pattern(None),
        pattern("postgres://app:", None, "@db/app"),
        pattern("Server=db;Password=", None, ";"),
        pattern('{"password": "', None, '"}'),
    ],
)
def test_references_and_placeholders_are_clean(value: Any) -> None:
    assert scan(FUNCTION, variables(DB_PASSWORD=value)) == ([], [])


@pytest.mark.parametrize(
    "value", ["{{resolve:ssm:/app/key}}", "⟨Key⟩", NO_ECHO, "", "arn:aws:ssm:eu-west-1:1:parameter/k"]
)
def test_a_reference_is_clean_whatever_the_variable_is_called(value: Any) -> None:
    assert scan(FUNCTION, variables(AWS_SECRET_ACCESS_KEY=value)) == ([], [])


@pytest.mark.parametrize(
    "value", [MACRO, MAPPED, REDACTED, WRONG, Text((Hole("Fn::FindInMap x"), "y"), Reason.UNRESOLVED, "M")]
)
def test_what_may_be_a_literal_is_a_gap(value: Any) -> None:
    assert scan(FUNCTION, variables(TABLE=value)) == ([], [value.detail])


@pytest.mark.parametrize("properties", [{"Environment": REDACTED}, {"Environment": {"Variables": REDACTED}}])
def test_a_marker_on_the_way_is_a_gap(properties: dict[str, Any]) -> None:
    assert scan(FUNCTION, properties) == ([], [REDACTED.detail])


def test_the_pointer_is_escaped() -> None:
    assert scan(FUNCTION, variables(**{"a/b~c": KEY}))[0][0][0] == "/Environment/Variables/a~1b~0c"


# --- user data ------------------------------------------------------------------------------------------------------

SCRIPT = f"#!/bin/bash\nset -e\nexport DB_PASSWORD={PASSWORD.replace('!', '')}\n"


def encoded(text: str | bytes) -> str:
    return base64.b64encode(text.encode() if isinstance(text, str) else text).decode()


def multipart(*texts: str) -> str:
    message = MIMEMultipart()
    for text in texts:
        message.attach(MIMEText(text, "x-shellscript"))
    return message.as_string()


USER_DATA = [
    SCRIPT,
    encoded(SCRIPT),
    encoded(f"# caf\xe9\n{SCRIPT}".encode("latin-1")),
    encoded(gzip.compress(SCRIPT.encode(), mtime=0)),
    encoded(multipart("echo hello", SCRIPT)),
    multipart(SCRIPT),
    pattern("#!/bin/bash -xe\n/opt/signal --stack ", None, "\n" + SCRIPT),
]


@pytest.mark.parametrize("text", USER_DATA)
@pytest.mark.parametrize(
    ("type", "pointer"),
    [
        (INSTANCE, "/UserData"),
        ("AWS::AutoScaling::LaunchConfiguration", "/UserData"),
        ("AWS::EC2::LaunchTemplate", "/LaunchTemplateData/UserData"),
    ],
)
def test_user_data_is_read_as_the_machine_reads_it(type: str, pointer: str, text: Any) -> None:
    properties = {"LaunchTemplateData": {"UserData": text}} if "Template" in type else {"UserData": text}
    assert scan(type, properties) == ([(pointer, "secret-under-its-name", "medium")], [])


@pytest.mark.parametrize(
    "line",
    [
        "export DB_PASSWORD=$(aws ssm get-parameter --name /db --query Parameter.Value)",
        'export DB_PASSWORD="${DB_PASSWORD:-}"',
        "TOKEN=`curl -X PUT http://169.254.169.254/latest/api/token`",
        'curl -H "X-aws-ec2-metadata-token: $TOKEN" http://169.254.169.254/latest/meta-data',
        "mysqladmin -u root password $PASSWORD",
        "password = get_password('db')",
        "secret_name = 'prod/app/db'",
        "token: required for the build",
        "aws secretsmanager get-secret-value --secret-id prod/app-12345",
        "# password: ask the administrator",
        "if [ -z $AUTH_TOKEN ]; then exit 1; fi",
        "--token-ttl 21600",
    ],
)
def test_scripts_that_fetch_a_secret_hold_none(line: str) -> None:
    assert scan(INSTANCE, {"UserData": f"#!/bin/bash\n{line}\n"}) == ([], [])


@pytest.mark.parametrize(
    "line",
    [
        "DB_PASSWORD=Xk29vQz77pLw",
        "DB_PASSWORD='Xk29$vQz77pLw'",
        'set-item env:X; $env:DB_PASSWORD = "Xk29vQz77pLw"',
        "mysql --password=Xk29vQz77pLw -h db",
        "tool --api-key Xk29vQz77pLw",
        "cat > a.yml <<EOF\n  password: Xk29vQz77pLw\nEOF",
        'echo \'{"clientSecret": "Xk29vQz77pLw"}\' > a.json',
    ],
)
def test_scripts_that_hold_one(line: str) -> None:
    found, gaps = scan(INSTANCE, {"UserData": encoded(f"#!/bin/bash\n{line}\n")})
    assert found == [("/UserData", "secret-under-its-name", "medium")] and not gaps


def test_a_key_and_its_secret_are_one_finding() -> None:
    lines = f"aws_access_key_id = {KEY}\naws_secret_access_key={'aB3dE6gH9j' * 4}\n"
    assert scan(INSTANCE, {"UserData": lines})[0] == [("/UserData", "aws-access-key", "high")]


def test_what_was_looked_at_and_what_told_it_stand_in_the_fact() -> None:
    values: dict[str, Any] = {"A": KEY, "DB_PASSWORD": PASSWORD, "AWS_SECRET_ACCESS_KEY": "x", "REF": NOT_SET, "E": ""}
    function = Resource(FUNCTION, "f", "1", "eu", "f", "f", variables(**values))
    made, _ = attach(function, [FACT], ScopeView({}, {}))
    fact = made.facts["secret.scan"]
    assert [each["detector"] for each in fact["findings"]] == ["format", "name", "control-name"]
    assert fact["scanned"] == [
        f"/Environment/Variables/{name}" for name in ("A", "DB_PASSWORD", "AWS_SECRET_ACCESS_KEY")
    ]


def test_user_data_that_was_not_collected_is_a_gap() -> None:
    denied = Hidden(Reason.DENIED, "ec2:DescribeInstanceAttribute")
    assert scan(INSTANCE, {"UserData": denied}) == ([], ["ec2:DescribeInstanceAttribute"])


def test_binary_user_data_is_skipped_and_said() -> None:
    blob = Resource(INSTANCE, "i", "1", "eu", "i", "i", {"UserData": encoded(bytes(range(256)))})
    made, gaps = attach(blob, [FACT], ScopeView({}, {}))
    assert [each["why"] for each in made.facts["secret.scan"]["skipped"]] == ["it is no text"] and not gaps


def test_what_is_over_the_limit_is_a_gap_and_a_bomb_does_not_grow() -> None:
    found, gaps = scan(INSTANCE, {"UserData": SCRIPT + "# \n" * LONGEST})
    assert found and gaps == ["more than 1 MiB of text"]
    bomb = decode(encoded(gzip.compress(b"a " * (LONGEST * 20), mtime=0)))
    assert bomb.cut and sum(map(len, bomb.texts)) <= LONGEST


# --- containers and builds ------------------------------------------------------------------------------------------


def container(**fields: Any) -> dict[str, Any]:
    return {"ContainerDefinitions": [{"Name": "sidecar"}, {"Name": "app"} | fields]}


@pytest.mark.parametrize("name", ["AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "ECS_ENGINE_AUTH_DATA"])
def test_control_names_in_containers(name: str) -> None:
    properties = container(Environment=[{"Name": "A", "Value": "b"}, {"Name": name, "Value": "x"}])
    pointer = "/ContainerDefinitions/1/Environment/1/Value"
    assert scan(TASK, properties) == ([(pointer, "credential-variable", "high")], [])
    assert (scan(PROJECT, build(Name=name, Value="x"))[0] == []) == (name == "ECS_ENGINE_AUTH_DATA")


@pytest.mark.parametrize(
    ("command", "index"),
    [
        (["run", "--password", PASSWORD], 2),
        (["run", f"--password={PASSWORD}"], 1),
        (["sh", "-c", f"export DB_PASSWORD='{PASSWORD}'; run"], 2),
    ],
)
@pytest.mark.parametrize("key", ["Command", "EntryPoint"])
def test_arguments(key: str, command: list[str], index: int) -> None:
    pointer = f"/ContainerDefinitions/1/{key}/{index}"
    assert scan(TASK, container(**{key: command})) == ([(pointer, "secret-under-its-name", "medium")], [])


def test_secrets_of_a_container_are_references() -> None:
    secrets = [{"Name": "DB_PASSWORD", "ValueFrom": "arn:aws:ssm:eu-west-1:111122223333:parameter/db"}]
    assert scan(TASK, container(Secrets=secrets)) == ([], [])


def test_a_hidden_name_may_make_a_credential_of_a_value() -> None:
    hidden = container(Environment=[{"Name": NOT_SET, "Value": PASSWORD}])
    assert scan(TASK, hidden) == ([], [NOT_SET.detail])
    assert scan(TASK, container(Environment=[{"Name": NOT_SET, "Value": KEY}]))[0][0][1] == "aws-access-key"
    assert scan(TASK, container(Environment=[{"Name": NOT_SET, "Value": "x"}])) == ([], [NOT_SET.detail])
    assert scan(TASK, container(Environment=[{"Name": NOT_SET, "Value": NO_ECHO}])) == ([], [])


def build(**variable: Any) -> dict[str, Any]:
    return {"Environment": {"EnvironmentVariables": [variable]}}


@pytest.mark.parametrize(
    ("kind", "count"), [("PARAMETER_STORE", 0), ("SECRETS_MANAGER", 0), ("PLAINTEXT", 1), (None, 1)]
)
def test_the_type_of_a_build_variable(kind: str | None, count: int) -> None:
    found, gaps = scan(PROJECT, build(Name="DB_PASSWORD", Value=PASSWORD, Type=kind))
    assert len(found) == count and not gaps


@pytest.mark.parametrize("odd", [{}, [], 5, ["PARAMETER_STORE"]])
def test_an_odd_type_is_no_secret_store(odd: Any) -> None:
    assert len(scan(PROJECT, build(Name="DB_PASSWORD", Value=PASSWORD, Type=odd))[0]) == 1
    assert scan(PROJECT, build(Name=odd, Value="prod", Type=None)) == ([], [])


def test_a_hidden_type_leaves_a_literal_open() -> None:
    assert scan(PROJECT, build(Name="DB_PASSWORD", Value=PASSWORD, Type=NOT_SET)) == ([], [NOT_SET.detail])
    assert scan(PROJECT, build(Name="STAGE", Value="prod", Type=NOT_SET)) == ([], [])


# --- laws -----------------------------------------------------------------------------------------------------------

values = st.sampled_from([PASSWORD, KEY, "changeme", "prod", "", 5, NO_ECHO, PEM, "${X}"])
names = st.sampled_from(["DB_PASSWORD", "TABLE", "AWS_SECRET_ACCESS_KEY", "CONFIG"])


@given(st.dictionaries(names, values, min_size=1), st.data())
def test_hiding_a_value_only_takes_findings_away_and_says_so(given_values: dict[str, Any], data: st.DataObject) -> None:
    before, _ = scan(FUNCTION, variables(**given_values))
    name = data.draw(st.sampled_from(sorted(given_values)))
    after, gaps = scan(FUNCTION, variables(**(given_values | {name: REDACTED})))
    assert set(after) <= set(before)
    assert {pointer for pointer, *_ in set(before) - set(after)} <= {f"/Environment/Variables/{name}"}
    assert gaps == [REDACTED.detail]


@given(st.text("abcdefghjkmnpqrstuvwxyzABCDEFGHJKMNPQRSTUVWXYZ23456789!+", min_size=12, max_size=40), st.integers(0, 5))
def test_no_value_leaves(secret: str, place: int) -> None:
    properties: list[tuple[str, dict[str, Any]]] = [
        (FUNCTION, variables(DB_PASSWORD=secret)),
        (FUNCTION, variables(DATABASE=f"mysql://app:{secret}@db/x")),
        (INSTANCE, {"UserData": encoded(f"DB_PASSWORD='{secret}'\n")}),
        (TASK, container(Environment=[{"Name": "API_KEY", "Value": secret}])),
        (TASK, container(Command=["--password", secret])),
        (PROJECT, build(Name="AWS_SECRET_ACCESS_KEY", Value=secret, Type=NOT_SET)),
    ]
    type, made = properties[place]
    result, gaps = attach(Resource(type, "it", "1", "eu", "it", "it", made), [FACT], ScopeView({}, {}))
    said = json.dumps(result.facts["secret.scan"]) + repr(gaps)
    assert secret not in said and secret[:8] not in said


@given(
    st.recursive(
        st.none() | st.booleans() | st.text(max_size=8) | st.just(REDACTED),
        lambda inner: (
            st.lists(inner, max_size=3)
            | st.dictionaries(
                st.sampled_from(
                    [
                        "Environment",
                        "Variables",
                        "UserData",
                        "ContainerDefinitions",
                        "Command",
                        "Name",
                        "Value",
                        "EnvironmentVariables",
                        "Type",
                        "LaunchTemplateData",
                    ]
                ),
                inner,
                max_size=3,
            )
        ),
        max_leaves=8,
    )
)
def test_no_shape_makes_it_fail(tree: Any) -> None:
    for type in FACT.on:
        scan(
            type,
            tree if isinstance(tree, dict) else {"Environment": tree, "UserData": tree, "ContainerDefinitions": tree},
        )


def test_the_fact_is_on_every_type_of_the_table() -> None:
    assert set(FACT.on) == {place.type for place in PLACES} == set(FACT.reads)
