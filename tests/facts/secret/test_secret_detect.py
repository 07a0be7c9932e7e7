"""Formats, names, placeholders: what is a credential and what only looks like one.

The samples are put together here, so that no scanner of this repository takes them for real.
"""

from __future__ import annotations

import base64
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from auditor.facts.secret.detect import entropy, formats, is_placeholder, is_secret_name, under_name, words

MIXED = "aB3dE6gH9jK2mN5pQ8sT1vW4yZ7bC0eF3hJ6lM9oR2uX5zA8dG"


def jwt(header: object, payload: object) -> str:
    parts = (base64.urlsafe_b64encode(json.dumps(part).encode()).decode().rstrip("=") for part in (header, payload))
    return ".".join([*parts, MIXED[:43]])


SAMPLES = {
    "aws-access-key": ["AKIA" + "ABCDEFGHIJKLMNOP", "ASIA" + "Q2W3E4R5T6Y7UAAB"],
    "private-key": [
        f"-----BEGIN {kind}PRIVATE KEY{end}-----\nMIIE" for kind, end in (("RSA ", ""), ("", ""), ("PGP ", " BLOCK"))
    ],
    "github-token": ["ghp_" + MIXED[:36], "github_pat_" + MIXED[:22] + "_" + (MIXED + MIXED)[:59]],
    "gitlab-token": ["glpat-" + MIXED[:20]],
    "slack-token": ["xoxb-" + "123456789012-1234567890123-" + MIXED[:24], "xoxr-2-" + "123456789012-" + MIXED[:24]],
    "stripe-key": ["sk_live_" + MIXED[:24]],
    "google-api-key": ["AIza" + MIXED[:35]],
    "npm-token": ["npm_" + MIXED[:36]],
    "pypi-token": ["pypi-AgEIcHlwaS5vcmc" + MIXED + MIXED],
    "sendgrid-key": ["SG." + MIXED[:22] + "." + MIXED[:43]],
    "json-web-token": [jwt({"alg": "HS256"}, {"sub": "1"})],
    "url-password": ["postgres://app:hunter2!@db.internal/app", "https://:s3cr3t@host"],
}


@pytest.mark.parametrize(("kind", "sample"), [(kind, each) for kind, all_of in SAMPLES.items() for each in all_of])
@pytest.mark.parametrize("around", ["{}", "x={}\n", '{{"a": "{}"}}', "curl -H 'Authorization: {}' https://example.com"])
def test_formats_are_found_anywhere(kind: str, sample: str, around: str) -> None:
    found = list(formats(around.format(sample)))
    assert [hit.kind for hit in found] == [kind]
    assert found[0].confidence == "high"


def test_a_twilio_key_needs_its_name_nearby() -> None:
    key = "SK" + "0a1b2c3d4e5f60718293a4b5c6d7e8f9"
    assert not list(formats(key))
    assert [hit.kind for hit in formats(key, "TWILIO_KEY")] == ["twilio-key"]


@pytest.mark.parametrize(
    "text",
    [
        "AKIAIOSFODNN7EXAMPLE",
        "AKIA" + "A" * 16,
        "XAKIA" + "ABCDEFGHIJKLMNOP",
        "ghp_" + "x" * 36,
        "-----BEGIN PUBLIC KEY-----\nMIIB",
        "-----BEGIN PRIVATE KEY-----\\n${Body}",
        "-----BEGIN PRIVATE KEY-----\n...\n-----END PRIVATE KEY-----",
        "eyJhbGciOiJI.eyJzdWIiOiIx.xxxxxxxxxxxx",
        "postgres://app:${Password}@db/app",
        "postgres://app:<password>@db/app",
        "https://user:password@host/",
        "https://example.com:8443/a@b",
        "ssh://git@host/repository",
    ],
)
def test_examples_and_holes_are_no_credentials(text: str) -> None:
    assert not list(formats(text))


@pytest.mark.parametrize(
    "name",
    [
        "DB_PASSWORD",
        "dbPassword",
        "db-password",
        "PASSWD",
        "pwd",
        "API_KEY",
        "apiKey",
        "apikey",
        "ACCESS_KEY",
        "private_key",
        "SECRET",
        "clientSecret",
        "AUTH",
        "GITHUB_TOKEN",
        "accessToken",
        "CREDENTIALS",
        "ConnectionString",
        "DB_PASS",
        "REDIS_AUTH",
    ],
)
def test_names_of_credentials(name: str) -> None:
    assert is_secret_name(words(name))


@pytest.mark.parametrize(
    "name",
    [
        "TABLE_NAME",
        "SECRET_ARN",
        "SECRET_NAME",
        "SECRET_ID",
        "PASSWORD_FILE",
        "TOKEN_URL",
        "TOKEN_TTL",
        "PASSWORD_LENGTH",
        "SECRET_ROTATION",
        "AUTH_MODE",
        "AUTHOR",
        "PUBLIC_ACCESS_KEY",
        "BYPASS_CACHE",
        "COMPASS",
        "KEYBOARD",
        "AUTHORIZATION_ENDPOINT",
        "TOKENIZER_TYPE",
        "SecretsManagerEndpoint",
    ],
)
def test_names_about_something_else(name: str) -> None:
    assert not is_secret_name(words(name))


@pytest.mark.parametrize(
    "value", ["Xk29!vQz77pLw", "0a1b2c3d4e5f60718293", "a0b1a0b1a0c2a0c2", "correct horse battery staple", "P@ssw0rd"]
)
def test_values_under_such_a_name(value: str) -> None:
    found = under_name("DB_PASSWORD", value)
    assert found is not None and found.confidence == "medium"
    assert under_name("DB_HOST", value) is None


@pytest.mark.parametrize(
    "value",
    [
        "changeme",
        "change-me",
        "${DB_PASSWORD}",
        "$DB_PASSWORD",
        "$(aws ssm get-parameter --name x)",
        "`cat /run/secret`",
        "<your password here>",
        "{{ vault.password }}",
        "%(password)s",
        "%DB_PASSWORD%",
        "xxxxxxxxxxxx",
        "********",
        "password",
        "DB_PASSWORD",
        "arn:aws:secretsmanager:eu-west-1:111122223333:secret:app-AbCdEf",
        "123e4567-e89b-12d3-a456-426614174000",
        "https://vault.example.com/v1/secret",
        "vault.internal.example.com",
        "/prod/app/db-password",
        "prod/app/db-password",
        "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY",
        "2026-11-22T00:00:00Z",
        "1234567890",
        "someone@example.com",
        "short1!",
        "",
        "aaaabbbb",
    ],
)
def test_placeholders_and_what_names_a_secret_pass(value: str) -> None:
    assert under_name("DB_PASSWORD", value) is None


def test_a_secret_key_with_slashes_is_no_path() -> None:
    assert not is_placeholder("wJalrXUtnFEMI/K7MDENG/bPxRfiCY" + "0123456789")


@pytest.mark.parametrize("name", ["AUTH", "AUTH_TOKEN"])
def test_mere_words_under_a_weak_name_pass(name: str) -> None:
    assert under_name(name, "cognito-user-pool") is None
    assert under_name(name, "Xk29vQz77pLw") is not None


@given(st.text(min_size=1, max_size=60))
def test_entropy_is_between_nothing_and_all_different(text: str) -> None:
    assert -1e-9 <= entropy(text) <= len(text).bit_length()


@given(st.text(max_size=80), st.text(max_size=200))
def test_no_text_makes_it_fail(name: str, text: str) -> None:
    list(formats(text, name))
    under_name(name, text)
