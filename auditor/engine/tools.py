"""The opa program, for what is no evaluation: metadata, syntax trees, checks, tests, formatting, bundles."""

from __future__ import annotations

import difflib
import os
import shutil
import subprocess
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Literal

import msgspec

from auditor.engine.process import argument
from auditor.errors import EngineError, PackError
from auditor.model import Json

_SECONDS = 120
_SHOWN = 20

# A policy is a pure function of its input. Forbidden is what OPA itself marks as nondeterministic (network,
# clock, random, environment, remote schemas) and what compares with the clock, or reads the policy's own
# metadata or writes to OPA's trace, without that mark; also the v2 dialect, which older versions do not know.
FORBIDDEN = (
    "crypto.x509.parse_and_verify_certificates",
    "crypto.x509.parse_and_verify_certificates_with_options",
    "rego.metadata.chain",
    "rego.metadata.rule",
    "trace",
)
FORBIDDEN_FEATURES = ("rego_v2", "rego_v2_import")

BUNDLE_ROOTS = ("lib", "main", "policy")


class TestResult(msgspec.Struct, frozen=True):
    """One Rego test. `failed_cases` names the failing ones of a test with cases."""

    package: str
    name: str
    file: str
    line: int
    outcome: Literal["pass", "fail", "skip", "error"]
    seconds: float
    message: str = ""
    failed_cases: tuple[str, ...] = ()


class Coverage(msgspec.Struct, frozen=True):
    """What the tests reached of one file; `uncovered` are runs of lines, first and last."""

    file: str
    percent: float
    uncovered: tuple[tuple[int, int], ...]


class Signing(msgspec.Struct, frozen=True):
    """The PEM file of a private key, and the algorithm (RFC 7518, 3.1) that goes with it."""

    key: str
    algorithm: str


class OpaTools:
    """Implements `model.RegoTools`. Policies that OPA refuses are a PackError with file, line and column."""

    def __init__(self, program: str) -> None:
        self._program = program
        self._allowed: bytes | None = None

    def inspect(self, files: Sequence[str]) -> Sequence[Mapping[str, Json]]:
        """All annotations: {"annotations": {...}, "location": {"file": absolute, "row", "col"}, "path": [...]}.

        `row` is the line of what is annotated. One call for all files: `opa inspect` takes one folder, and does
        not follow links in it, so that the files are copied into one.
        """
        with tempfile.TemporaryDirectory(prefix="auditor-") as folder:
            originals = {f"{number:06}.rego": os.path.abspath(file) for number, file in enumerate(files)}
            for name, file in originals.items():
                shutil.copyfile(file, os.path.join(folder, name))
            done = self._run("inspect", "-a", "-f", "json", ".", cwd=folder)
        if done.returncode != 0:
            self.check(files)
            raise PackError(f"opa inspect: {_text(done.stderr)}")
        found: Sequence[dict[str, Json]] = _json(done.stdout).get("annotations", ())
        return [
            {**item, "location": {**item["location"], "file": originals[Path(item["location"]["file"]).name]}}
            for item in found
        ]

    def parse(self, file: str) -> Mapping[str, Json]:
        """The syntax tree with locations, whose `text` is base64; `file` in them as it was given here."""
        done = self._run("parse", "-f", "json", "--json-include", "locations", file)
        if done.returncode != 0:
            raise _refused("parse", done)
        return _json(done.stdout)

    def check(self, files: Sequence[str], schemas: str | None = None) -> None:
        """Strict check of all files together against the allowed capabilities and a JSON schema of the input."""
        if not files:
            return
        options = ["--schema", schemas] if schemas else []
        done = self._pure("check", "--strict", "-f", "json", "--max-errors", "10000", *options, *_paths(files))
        if done.returncode != 0:
            raise _refused("check", done)

    def test(self, files: Sequence[str], run: str = "", seconds: float = 5.0) -> tuple[TestResult, ...]:
        """Run the tests in these files, policies included; `run` is a regular expression of their names."""
        options = ["--run", run] if run else []
        done = self._pure("test", "-f", "json", "--timeout", f"{seconds:g}s", *options, *_paths(files))
        if done.returncode not in (0, 2):
            self.check(files)
            raise PackError(f"opa test: {_text(done.stderr)}")
        return tuple(map(_result, msgspec.json.decode(done.stdout) or ()))

    def coverage(self, files: Sequence[str]) -> tuple[Coverage, ...]:
        """What the tests in these files reach of each of them; the tests must pass. Test files are left out."""
        done = self._pure("test", "-c", "-f", "json", *_paths(files))
        if done.returncode != 0:
            raise PackError(f"opa test --coverage: {_text(done.stdout) or _text(done.stderr)}")
        return tuple(
            Coverage(
                file,
                round(row.get("coverage", 0.0), 1),
                tuple((part["start"]["row"], part["end"]["row"]) for part in row.get("not_covered") or ()),
            )
            for file, row in (_json(done.stdout).get("files") or {}).items()
            if not file.endswith("_test.rego")
        )

    def unformatted(self, files: Sequence[str]) -> tuple[str, ...]:
        """Those of the files that `opa fmt` would change."""
        done = self._run("fmt", "--list", *files)
        if done.returncode != 0:
            self.check(files)
            raise PackError(f"opa fmt: {_text(done.stderr)}")
        return tuple(done.stdout.decode().splitlines())

    def format(self, files: Sequence[str]) -> None:
        """Write the files as `opa fmt` would."""
        done = self._run("fmt", "--write", *files)
        if done.returncode != 0:
            raise PackError(f"opa fmt: {_text(done.stderr)}")

    def eval(self, query: str, files: Sequence[str], data: bytes, explain: str = "off") -> Mapping[str, Json]:
        """`opa eval -f json` of one query over an encoded input; with `explain` "full" the trace is in it.

        A trace is of everything: what OPA would skip (rules that its index rules out, the rest after a first match)
        is evaluated too.
        """
        options = ["--stdin-input", "-f", "json", "--strict-builtin-errors", "--explain", explain]
        if explain != "off":
            options += ["--disable-indexing", "--disable-early-exit"]
        data_files = [f"--data={path}" for path in _paths(files)]
        done = self._pure("eval", *options, *data_files, query, stdin=data)
        if done.returncode != 0:
            raise _refused("eval", done)
        return _json(done.stdout)

    def bundle(self, files: Sequence[str], output: str, revision: str, signing: Signing | None = None) -> None:
        """Write the files as an OPA bundle of this revision, which is what `--opa-url` looks for.

        It owns only the packages of a pack, so that a server can hold it beside others; its paths start at the
        files' common folder.
        """
        originals = list(map(os.path.abspath, files))
        base = os.path.commonpath([os.path.dirname(file) for file in originals])
        with tempfile.TemporaryDirectory(prefix="auditor-") as folder:
            for file in originals:
                copy = Path(folder, os.path.relpath(file, base))
                copy.parent.mkdir(parents=True, exist_ok=True)
                shutil.copyfile(file, copy)
            manifest = {"revision": revision, "roots": BUNDLE_ROOTS, "rego_version": 1}
            Path(folder, ".manifest").write_bytes(msgspec.json.encode(manifest))
            sign = (
                ["--signing-key", os.path.abspath(signing.key), "--signing-alg", signing.algorithm] if signing else []
            )
            done = self._run("build", "--bundle", ".", "--output", os.path.abspath(output), *sign, cwd=folder)
        if done.returncode != 0:
            self.check(files)
            raise _refused("build", done)

    def capabilities(self) -> bytes:
        """The encoded capabilities of this OPA without what a policy must not use."""
        if self._allowed is None:
            current = _json(self._run("capabilities", "--current").stdout)
            builtins = [b for b in current["builtins"] if not b.get("nondeterministic") and b["name"] not in FORBIDDEN]
            features = [name for name in current["features"] if name not in FORBIDDEN_FEATURES]
            self._allowed = msgspec.json.encode({**current, "builtins": builtins, "features": features})
        return self._allowed

    def _pure(self, command: str, *arguments: str, stdin: bytes = b"") -> subprocess.CompletedProcess[bytes]:
        """Run with the allowed capabilities, handed over in a file without a name."""
        with tempfile.TemporaryFile() as file:
            file.write(self.capabilities())
            file.seek(0)
            number = file.fileno()
            return self._run(command, "--capabilities", f"/dev/fd/{number}", *arguments, stdin=stdin, fds=(number,))

    def _run(
        self, *arguments: str, stdin: bytes = b"", cwd: str | None = None, fds: tuple[int, ...] = ()
    ) -> subprocess.CompletedProcess[bytes]:
        try:
            return subprocess.run(
                [self._program, *arguments],
                input=stdin,
                capture_output=True,
                timeout=_SECONDS,
                cwd=cwd,
                pass_fds=fds,
                env={"PATH": "/usr/bin:/bin"},
            )
        except OSError as error:
            raise EngineError(f"cannot run {self._program}: {error.strerror}") from error
        except subprocess.TimeoutExpired as error:
            raise EngineError(f"`opa {arguments[0]}` did not end within {_SECONDS} s") from error


def _paths(files: Sequence[str]) -> list[str]:
    return list(map(argument, files))


def _json(output: bytes) -> dict[str, Json]:
    try:
        found: dict[str, Json] = msgspec.json.decode(output)
    except msgspec.DecodeError as error:
        raise EngineError(f"opa printed no JSON: {error}") from error
    return found


def _text(output: bytes) -> str:
    return output.decode("utf-8", "replace").strip()


def _refused(command: str, done: subprocess.CompletedProcess[bytes]) -> PackError:
    """OPA's errors, one a line. They stand on standard error or output, depending on the command."""
    for output in (done.stderr, done.stdout):
        try:
            errors = _json(output[output.index(b"{") :])["errors"]
        except (ValueError, KeyError, EngineError):
            continue
        more = [f"... and {len(errors) - _SHOWN} more"] if len(errors) > _SHOWN else []
        return PackError("\n".join([*map(_line, errors[:_SHOWN]), *more]))
    return PackError(f"opa {command}: {_text(done.stderr or done.stdout)}")


def _line(error: Mapping[str, Json]) -> str:
    place = error.get("location") or {}
    where = f"{place['file']}:{place['row']}:{place['col']}: " if place.get("file") else ""
    first, *rest = str(error["message"]).splitlines() or [""]
    return "\n".join([f"{where}{first}{_suggestion(error)}", *(f"  {line.strip()}" for line in rest)])


# What to write instead, by a part of OPA's message.
_INSTEAD = (
    ("`if` keyword is required", "Rego v1: write `name if { ... }`, and `name contains x if { ... }` for a set"),
    ("`contains` keyword is required", "Rego v1: write `name contains x if { ... }`"),
    ("is unsafe", "nothing gives it a value: misspelt, or write `some x in ...` before"),
    ("is recursive", "Rego has no recursion: write a rule that does not need itself"),
    ("undefined function", "misspelt, or forbidden: a policy is a pure function, its time is input.taken_at"),
    ("unused", "take it out"),
    ("declared but not used", "take it out, or write _"),
    ("yaml:", "the METADATA comment is YAML behind `# `: check its colons, quotes and indentation"),
    ("unexpected identifier token", "something is missing before it: an operator, a comma, `some x in ...`"),
    ("unexpected eof token", "a bracket or brace is not closed"),
)


def _suggestion(error: Mapping[str, Json]) -> str:
    """What to write instead: the nearest right name where OPA lists the right ones (under a schema), else a hint."""
    details = error.get("details")
    if not isinstance(details, dict) or not details.get("oneOf"):
        message = str(error["message"])
        return next((f" ({hint})" for part, hint in _INSTEAD if part in message), "")
    wrong = str(details["ref"][details["pos"]]["value"])
    near = difflib.get_close_matches(wrong, map(str, details["oneOf"]), n=1)
    return f" (did you mean {near[0]}?)" if near else ""


def _result(row: Mapping[str, Json]) -> TestResult:
    outcome: Literal["pass", "fail", "skip", "error"] = (
        "error" if row.get("error") else "fail" if row.get("fail") else "skip" if row.get("skip") else "pass"
    )
    place = row["location"]
    cases = tuple(name for name, case in (row.get("sub_results") or {}).items() if case.get("fail"))
    message = str((row.get("error") or {}).get("message", ""))
    package = str(row["package"]).removeprefix("data.")
    return TestResult(package, row["name"], place["file"], place["row"], outcome, row["duration"] / 1e9, message, cases)
