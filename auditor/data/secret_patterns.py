"""What credentials look like, and what only looks like one.

Formats follow the issuers' own pages (a link per row). The tables are kept here rather than taken from a library:
the ones on PyPI are either stale or bring an HTTP client and a YAML loader with them.
"""

from __future__ import annotations

from typing import NamedTuple

_PATTERNS = "https://docs.github.com/en/code-security/reference/secret-security/supported-secret-scanning-patterns"


class Token(NamedTuple):
    """A format that nothing else has. `near`: a word that must stand in the name or the text, in any case."""

    kind: str
    pattern: str
    link: str
    near: str = ""


TOKENS: tuple[Token, ...] = (
    Token(
        "aws-access-key",
        r"(?<![A-Za-z0-9])(?:AKIA|ASIA)[A-Z2-7]{16}(?![A-Za-z0-9])",
        "https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_identifiers.html#identifiers-unique-ids",
    ),
    Token(
        "private-key",
        r"-----BEGIN (?:[A-Z0-9]+ ){0,3}PRIVATE KEY(?: BLOCK)?-----(?!(?:\\[rn]|\s)*(?:[.$<{\ufffc]|-----END))",
        "https://www.rfc-editor.org/rfc/rfc7468#section-10",
    ),
    Token(
        "github-token",
        r"\b(?:gh[pousr]_[A-Za-z0-9]{36,251}|github_pat_[A-Za-z0-9]{22}_[A-Za-z0-9]{59})\b",
        "https://docs.github.com/en/authentication/keeping-your-account-and-data-secure/about-authentication-to-github#githubs-token-formats",
    ),
    Token(
        "gitlab-token",
        r"\bglpat-[A-Za-z0-9_\-]{20,300}(?:\.[a-z0-9]{2}\.?[a-z0-9]{7})?(?![A-Za-z0-9_\-])",
        "https://docs.gitlab.com/security/tokens/#token-prefixes",
    ),
    Token(
        "slack-token",
        r"\bxox[abprs]-(?:2-)?(?:[0-9]{5,}-){1,3}[A-Za-z0-9]{8,}",
        "https://docs.slack.dev/authentication/tokens",
    ),
    Token("stripe-key", r"\b[sr]k_live_[A-Za-z0-9]{20,247}\b", "https://docs.stripe.com/keys"),
    Token(
        "google-api-key",
        r"\bAIza[A-Za-z0-9_\-]{35}(?![A-Za-z0-9_\-])",
        "https://cloud.google.com/docs/authentication/api-keys",
    ),
    Token(
        "npm-token",
        r"\bnpm_[A-Za-z0-9]{36}\b",
        "https://github.blog/2021-09-23-announcing-npms-new-access-token-format/",
    ),
    Token("pypi-token", r"\bpypi-AgE[A-Za-z0-9_\-]{50,}", "https://pypi.org/help/#apitoken"),
    Token("sendgrid-key", r"\bSG\.[A-Za-z0-9_\-]{22}\.[A-Za-z0-9_\-]{43}(?![A-Za-z0-9_\-])", _PATTERNS),
    Token("twilio-key", r"\bSK[0-9a-f]{32}\b", "https://www.twilio.com/docs/iam/api-keys", near="twilio"),
)

# Three parts in base64url, of which the first two are JSON objects (RFC 7519, section 3).
JWT = r"\beyJ[A-Za-z0-9_\-]{5,}\.eyJ[A-Za-z0-9_\-]{5,}\.[A-Za-z0-9_\-]{10,}"

# user:password@host in a URL (RFC 3986, section 3.2.1); group 1 is the password.
URL_PASSWORD = r"\b[a-zA-Z][a-zA-Z0-9+.\-]{1,20}://[^\s:/@\"'<>]{0,100}:([^\s/@\"'<>]{3,200})@[^\s@/\"']"

# AWS publishes its examples with this ending (AKIAIOSFODNN7EXAMPLE).
EXAMPLE_ENDING = "EXAMPLE"

# Names, split into lower-case words: what holds a credential ...
SECRET_NAME = (
    r"passwor[dt]|passwd|passphrase|secret|credential|api ?keys?\b|access ?keys?\b|private ?keys?\b"
    r"|connection ?string|\bpwd\b|\bpass$|tokens?\b|\bauth\b"
)
# ... where a few words in the value are more likely a setting than a credential ...
WEAK_NAME = r"\bauth\b|tokens?\b"
# ... and what is only about one: the last word, or the first.
ABOUT_LAST = (
    r"alias|arn|names?|ids?|path|file|ur[li]|endpoint|host|domain|port|location|source|region|backend|service|server"
    r"|provider|store|manager|user|username|role|issuer|audience|scopes?|bucket|table|topic|queue"
    r"|ttl|age|days|length|size|count|limit|timeout|expiry|expiration|enabled|required|rotation|version"
    r"|type|kind|mode|method|algorithm|format|prefix|suffix|header|field|policy|class|function|command"
    r"|options?|parameters?|param|variable|ref|hash|description|message|label|title"
)
ABOUT_FIRST = r"public"

# A whole value that names a secret by its place in a secret store.
# https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/dynamic-references.html
STORED = r"arn:[\w\-]+:(?:secretsmanager|ssm):.*"
# What is not the text itself: a dynamic reference, or the name of a declared resource.
REFERENCE = r"\{\{resolve:[^{}]*\}\}|⟨[^⟨⟩]*⟩"
HOLE = "\ufffc"  # stands in a text for what is filled in

# A variable of these names is a credential whatever it holds.
# https://docs.aws.amazon.com/securityhub/latest/userguide/codebuild-controls.html#codebuild-2
CONTROL_NAMES = frozenset({"AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"})
# https://docs.aws.amazon.com/securityhub/latest/userguide/ecs-controls.html#ecs-8
CONTAINER_NAMES = CONTROL_NAMES | {"ECS_ENGINE_AUTH_DATA"}

# A medium finding needs that many characters, and that much entropy (bits a character) or three character classes.
SHORTEST = 8
ENTROPY = 3.0
HEX_ENTROPY = 2.5

# Stand-ins for a value: words that people write where the credential is to go (whole value, any case) ...
PLACEHOLDER_WORDS = (
    r"(?:your|my|the)?[-_ ]?(?:password|passwd|pass|secret|token|api[-_]?key|username|user|admin|root)"
    r"|change[-_]?(?:me|it)|replace[-_]?me|example|dummy|test|todo|tbd|redacted|placeholder"
    r"|none|null|nil|true|false|default|undefined|empty|"
)
# ... and forms that hold no credential of their own (whole value).
PLACEHOLDER_FORMS: tuple[str, ...] = (
    r"\$\{.*\}|\$\(.*\)|\$[A-Za-z_]\w*|\$\d|\$env:\w+|`.*`",  # a variable or a command of a shell
    r"<.*>|\{\{.*\}\}|%\(.*\)s|%[A-Za-z_]\w*%|\{[\w.]*\}|\[[\w .\-]*\]|__\w+__|@\w+@",  # a template's own holes
    r"(?P<same>.)(?P=same)*|[xX]{3,}.*|[*.\-_#]+",  # one character again and again
    r"[0-9a-fA-F]{8}-(?:[0-9a-fA-F]{4}-){3}[0-9a-fA-F]{12}",  # a UUID
    r"arn:[\w\-]*:[\w\-]*:.*",  # an ARN
    r".*EXAMPLE(?:KEY)?",  # what AWS publishes as an example
    r"[\d\s.,:+\-/TZ]+",  # a number, a date, a version
    r"[a-zA-Z][a-zA-Z0-9+.\-]*://[^@\s]*",  # a URL without user information
    r"(?:[a-z0-9\-]+\.)+[a-z]{2,}(?::\d+)?(?:/[a-z0-9._\-/]*)?",  # a host name
    r"[A-Za-z_]+(?:(?:::|\.|->)[A-Za-z_]+)+",  # a name in code
    r"[\w.+\-]+@[\w\-]+(?:\.[\w\-]+)+",  # a mail address
    r"(?:~|\.{0,2})(?:/[A-Za-z._\-]+)+/?",  # a path from a root
    r"(?:~|\.{0,2})(?:/[a-z0-9._\-]+)+/?",
    r"[a-z0-9._\-]+(?:/[a-z0-9._\-]+)+/?",  # a relative path
)
