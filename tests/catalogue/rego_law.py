"""Random policies, random inputs, random holes: the law of signed reads, tried on the real OPA.

A policy is made of the constructs that authors use, the wrong ones included. Each input is judged whole and with
something deleted. A deletion that touches only `seeks` reads of a subject must not add a denial of it; one that
touches only `needs` reads must not take one away; one that touches nothing must not change anything.
"""

from __future__ import annotations

import copy
import json
import random
import subprocess
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rego_writer import BLOCK, BUCKET, POLICY, Writer

from auditor.catalogue.reads.derive import Derived, derive
from auditor.model import Access, Sign, overlaps

NAMES = ("one", "two", "three")

DENY = """package lib.deny

found(resource, path, message) := at("found", resource, path, message)
absent(resource, path, message) := at("absent", resource, path, message)
missing(resource, path, message) := at("missing", resource, path, message)
at(kind, resource, path, message) := {"kind": kind, "id": resource.id, "path": path, "message": message}
with_evidence(denial, evidence) := object.union(denial, {"evidence": evidence})
"""

HARNESS = """package harness

report[k] := found if {
	some k in input.keys
	found := [ids | some case in input.cases; ids := denied(k, case)]
}

denied(k, case) := {[d.kind, d.id, d.path] | some d in data.policy[k].deny with input as case}
"""


# --- inputs -------------------------------------------------------------------------------------------------------


def scalar(r: random.Random) -> Any:
    return r.choice([1, 1, 1, 2, "a", "a", "a", "b", True, False, None])


def anything(r: random.Random) -> Any:
    return scalar(r) if r.random() < 0.8 else r.choice([{}, [], {"P": 1}, {"P": 1, "X": "a"}, ["a"], [1, "b"], [[1]]])


def some(r: random.Random, **properties: Any) -> dict[str, Any]:
    return {key: value for key, value in properties.items() if r.random() < 0.75}


def properties(r: random.Random) -> dict[str, Any]:
    elements = [some(r, X=anything(r), Y=anything(r)) for _ in range(r.randint(0, 3))]
    return some(
        r,
        A=anything(r),
        B=anything(r),
        O=some(r, P=anything(r), Q=scalar(r), N=[scalar(r) for _ in range(r.randint(0, 2))]),
        L=elements if r.random() < 0.9 else scalar(r),
        M=[anything(r) for _ in range(r.randint(0, 3))],
    )


def resource(r: random.Random, type: str, name: str, **more: Any) -> dict[str, Any]:
    return {
        "type": type,
        "id": f"{type}/{name}",
        "name": name,
        "arn": f"arn:{name}",
        "account": "111122223333",
        "region": "eu-west-1",
        "properties": {**properties(r), **more},
        "facts": {"f": some(r, P=anything(r))},
        "tags": some(r, t=r.choice(["a", "b"])),
    }


def world(r: random.Random) -> dict[str, Any]:
    buckets = [resource(r, BUCKET, name) for name in NAMES[: r.randint(1, 3)]]
    policies = [
        resource(r, POLICY, f"p{number}", Bucket=r.choice(NAMES), Other=r.choice(NAMES))
        for number in range(r.randint(0, 3))
    ]
    blocks = [resource(r, BLOCK, "block")] if r.random() < 0.6 else []
    return {"resources": {BUCKET: buckets, POLICY: policies, BLOCK: blocks}}


@dataclass(frozen=True)
class Hole:
    """What was deleted: a path of a resource, or (None) the whole resource."""

    type: str
    id: str
    path: tuple[str | int, ...] | None
    owner: str


def places(value: Any, path: tuple[str | int, ...] = ()) -> Iterator[tuple[str | int, ...]]:
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, below in items:
        yield (*path, key)
        yield from places(below, (*path, key))


def punched(r: random.Random, case: dict[str, Any]) -> tuple[dict[str, Any], Hole] | None:
    """The input with one thing less."""
    case = copy.deepcopy(case)
    found = [found for resources in case["resources"].values() for found in resources]
    if not found:
        return None
    target = r.choice(found)
    owner = f"{BUCKET}/{target['properties'].get('Bucket', '')}"
    if r.random() < 0.15:
        case["resources"][target["type"]].remove(target)
        return case, Hole(target["type"], target["id"], None, owner)
    trees = {"facts": target["facts"], "tags": target["tags"]}
    options = list(places(target["properties"])) * 2 + list(places(trees))
    options = [path for path in options if path not in (("facts",), ("tags",))]
    if not options:
        return None
    path = r.choice(options)
    node: Any = trees if path[0] in trees else target["properties"]
    for key in path[:-1]:
        node = node[key]
    del node[path[-1]]
    return case, Hole(target["type"], target["id"], path, owner)


def touched(hole: Hole, subject: str, accesses: Sequence[Access]) -> set[Sign]:
    """The signs of the reads of a subject that a hole hides (`judge`, written again)."""
    own = hole.type == BUCKET and hole.id == subject
    of_type = [access for access in accesses if access.type == hole.type]
    if not own:
        of_type = [access for access in of_type if not access.subject]
        if of_type and all(access.owned for access in of_type) and hole.owner != subject:
            return set()
    elif hole.path is None:
        return set()
    hit = [a for a in of_type if hole.path is None or overlaps(a.path, hole.path)]
    signs = {access.sign for access in hit}
    return {Sign.NEEDS, Sign.SEEKS} if Sign.BOTH in signs else signs


# --- the trial ----------------------------------------------------------------------------------------------------


def parse(opa: str, file: Path) -> Any:
    command = [opa, "parse", "-f", "json", "--json-include", "locations", str(file)]
    return json.loads(subprocess.run(command, capture_output=True, check=True).stdout)


def policies(opa: str, folder: Path, r: random.Random, number: int) -> dict[str, Derived]:
    """Write policies that OPA accepts; what each reads."""
    library = folder / "deny.rego"
    library.write_text(DENY)
    (folder / "harness.rego").write_text(HARNESS)
    for index in range(number):
        (folder / f"p{index}.rego").write_text(Writer(r).policy(f"p{index}"))
    files = [folder / f"p{index}.rego" for index in range(number)]
    while True:
        command = [opa, "check", "-f", "json", "--max-errors", "10000", str(folder)]
        done = subprocess.run(command, capture_output=True)
        if done.returncode == 0:
            break
        for name in {error["location"]["file"] for error in json.loads(done.stderr)["errors"]}:
            Path(name).unlink(missing_ok=True)
    tree = parse(opa, library)
    kept = [file for file in files if file.exists()]
    with ThreadPoolExecutor(2) as parsers:
        trees = parsers.map(lambda file: parse(opa, file), kept)
        return {file.stem: derive(one, [tree]) for file, one in zip(kept, trees, strict=True)}


Case = dict[str, Any]
Plan = list[tuple[int, int, tuple[Hole, ...]]]
Report = dict[str, list[list[list[Any]]]]


def trial(opa: str, folder: Path, seed: int, number: int = 40) -> list[str]:
    """What broke the law, each with the policy and the hole."""
    return broken(*prepared(opa, folder, seed, number))


def prepared(
    opa: str, folder: Path, seed: int, number: int = 40, worlds: int = 24, holes: int = 20
) -> tuple[dict[str, Derived], Plan, list[Case], Report]:
    """Policies with their reads, pairs of inputs (the second with holes), and what OPA says of each."""
    r = random.Random(seed)
    derived = policies(opa, folder, r, number)
    cases: list[Case] = []
    plan: Plan = []
    for _ in range(worlds):
        whole = len(cases)
        cases.append(world(r))
        for _ in range(holes):
            case, made = cases[whole], []
            for _ in range(r.choice([1, 1, 1, 2])):
                if (cut := punched(r, case)) is not None:
                    case = cut[0]
                    made.append(cut[1])
            plan.append((whole, len(cases), tuple(made)))
            cases.append(case)
    while "errors" in (answer := evaluated(opa, folder, list(derived), cases)):
        # a function that gives two values for one argument: no policy that anybody could use
        (guilty,) = {Path(error["location"]["file"]).stem for error in answer["errors"]}
        del derived[guilty]
    return derived, plan, cases, answer["result"][0]["expressions"][0]["value"]


def evaluated(opa: str, folder: Path, keys: list[str], cases: list[Case]) -> Any:
    data = json.dumps({"keys": keys, "cases": cases}).encode()
    command = [opa, "eval", "-d", str(folder), "-I", "-f", "json", "data.harness.report"]
    return json.loads(subprocess.run(command, input=data, capture_output=True).stdout)


def broken(derived: dict[str, Derived], plan: Plan, cases: list[Case], report: Report) -> list[str]:
    """Where a hole did what its signs do not say."""
    found = []
    for key, policy in derived.items():
        denied = [{id for _, id, _ in case} for case in report[key]]
        for whole, cut, made in plan:
            for subject in {resource["id"] for resource in cases[cut]["resources"][BUCKET]}:
                full, seen = subject in denied[whole], subject in denied[cut]
                if full == seen:
                    continue
                signs = {sign for hole in made for sign in touched(hole, subject, policy.accesses)}
                if (Sign.NEEDS if seen else Sign.SEEKS) not in signs:
                    found.append(f"{key}.rego {'adds' if seen else 'removes'} {subject}: {made} {signs}")
    return found
