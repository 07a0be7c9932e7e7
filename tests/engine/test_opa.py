"""The engine with the real OPA: a bad policy costs its own verdicts, never a silent "no findings"."""

from __future__ import annotations

import os
import re
import signal
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest

from auditor.engine.isolation import Limits
from auditor.engine.opa import ManagedOpa
from auditor.errors import EngineError
from auditor.model import Denial, Evaluation, Evidence, Word

NOW = "2026-11-22T20:00:00Z"
PUBLIC = tuple(Denial(Word.FOUND, "AWS::S3::Bucket", name, ("Public",), "is public") for name in ("one", "two"))


@pytest.fixture
def patient(opa: str, modules: list[str]) -> Iterator[ManagedOpa]:
    """Time enough to run out of memory first."""
    with ManagedOpa(opa, modules, Limits(shard=30, policy=30)) as engine:
        engine.wait()
        yield engine


def evaluate(engine: ManagedOpa, buckets: bytes, *keys: str) -> Evaluation:
    found = engine.evaluate(keys, buckets, b"{}", NOW)
    assert set(found.denials) | set(found.failures) == set(keys)
    assert not set(found.denials) & set(found.failures)
    return found


def test_denials_come_back_as_values(shared: ManagedOpa, buckets: bytes) -> None:
    assert evaluate(shared, buckets, "public") == Evaluation({"public": PUBLIC}, {})


def test_paths_keep_their_indexes_and_evidence_comes_along(shared: ManagedOpa, buckets: bytes) -> None:
    denial = evaluate(shared, buckets, "evidence").denials["evidence"][0]
    assert (denial.path, denial.evidence) == (("Rules", 0, "Public"), Evidence("one", "/Public"))


def test_time_and_parameters_reach_the_policy(shared: ManagedOpa, buckets: bytes) -> None:
    found = shared.evaluate(["time"], buckets, b'{"time":{"word":"w"}}', NOW).denials["time"][0]
    assert (found.path, found.message) == (("w",), NOW)


def test_silence_is_an_empty_result_not_a_failure(shared: ManagedOpa) -> None:
    assert shared.evaluate(["public", "builtin_error"], b"{}", b"{}", NOW) == Evaluation(
        {"public": (), "builtin_error": ()}, {}
    )


def test_no_policies_no_question(shared: ManagedOpa, buckets: bytes) -> None:
    assert shared.evaluate([], buckets, b"{}", NOW) == Evaluation({}, {})


@pytest.mark.parametrize(
    ("key", "words"),
    [
        ("builtin_error", ["builtin_error.rego:7:2: eval_builtin_error: to_number", 'parsing "one"']),
        (
            "helper_error",
            ["number.rego:3:", "eval_builtin_error: to_number", "(called from ", "helper_error.rego:8:2)"],
        ),
        ("conflict", ["conflict.rego:5:1: eval_conflict_error: rule data.policy.conflict.name"]),
        ("wrong_shape", ["data.policy.wrong_shape.deny", "required field `type`", "$[0]"]),
        ("not_loaded", ["data.policy.not_loaded.deny is not loaded or undefined"]),
    ],
)
@pytest.mark.parametrize("others", [(), ("public",), ("public", "time")])
def test_a_failing_policy_is_named_and_the_others_are_judged(
    shared: ManagedOpa, buckets: bytes, key: str, words: list[str], others: tuple[str, ...]
) -> None:
    found = shared.evaluate([key, *others], buckets, b'{"time":{"word":"w"}}', NOW)
    assert set(found.failures) == {key}
    assert all(word in found.failures[key] for word in words), found.failures[key]
    assert set(found.denials) == set(others)
    assert "public" not in others or found.denials["public"] == PUBLIC


def test_several_failing_policies_in_one_shard(shared: ManagedOpa, buckets: bytes) -> None:
    bad = ("builtin_error", "helper_error", "conflict", "wrong_shape", "not_loaded")
    found = evaluate(shared, buckets, *bad, "public")
    assert set(found.failures) == set(bad)
    assert found.denials == {"public": PUBLIC}


def test_a_failure_in_one_shard_does_not_silence_the_next(shared: ManagedOpa, buckets: bytes) -> None:
    evaluate(shared, buckets, "builtin_error", "public")
    numbers = b'{"AWS::S3::Bucket":[{"type":"AWS::S3::Bucket","id":"b","name":"7"}]}'
    assert [denial.id for denial in evaluate(shared, numbers, "builtin_error", "public").denials["builtin_error"]] == [
        "b"
    ]


def test_a_policy_that_runs_away_is_stopped_named_and_not_asked_again(engine: ManagedOpa, buckets: bytes) -> None:
    found = evaluate(engine, buckets, "public", "endless", "builtin_error")
    assert found.denials == {"public": PUBLIC}
    assert set(found.failures) == {"endless", "builtin_error"}
    assert "not finished within 1 s" in found.failures["endless"]
    started = time.monotonic()
    again = evaluate(engine, buckets, "public", "endless")
    assert time.monotonic() - started < 1.0  # less than its limit: it was not asked
    assert again == Evaluation({"public": PUBLIC}, {"endless": found.failures["endless"]})


def test_a_slow_shard_with_nobody_to_blame_is_judged_in_full(opa: str, modules: list[str], buckets: bytes) -> None:
    with ManagedOpa(opa, modules, Limits(shard=0.0005, policy=10)) as engine:
        engine.wait()
        found = evaluate(engine, buckets, "public", "evidence", "conflict")
        assert set(found.denials) == {"public", "evidence"}
        assert set(found.failures) == {"conflict"}


def test_a_policy_that_eats_the_memory_is_named_and_the_server_replaced(patient: ManagedOpa, buckets: bytes) -> None:
    found = evaluate(patient, buckets, "public", "hungry", "conflict")
    assert found.denials == {"public": PUBLIC}
    assert set(found.failures) == {"hungry", "conflict"}
    # Go has two words for it, and its stacks are left out
    reason = (
        r"it killed OPA \(exit code 2: fatal error: .*(out of|cannot allocate) memory\); not asked again in this run"
    )
    assert re.fullmatch(reason, found.failures["hungry"])
    assert evaluate(patient, buckets, "public", "hungry").failures == {"hungry": found.failures["hungry"]}


def test_two_threads_meet_the_same_memory_bomb(patient: ManagedOpa, buckets: bytes) -> None:
    with ThreadPoolExecutor(2) as pool:
        results = list(pool.map(lambda _: evaluate(patient, buckets, "public", "hungry"), range(4)))
    assert all(found.denials == {"public": PUBLIC} for found in results)
    assert all(set(found.failures) == {"hungry"} for found in results)


def test_a_killed_server_is_restarted_and_blames_nobody(
    engine: ManagedOpa, buckets: bytes, running: Callable[[str], list[int]]
) -> None:
    assert engine._server is not None
    folder = engine._server._process.folder
    for process in set(running(folder)) - {engine._server._process._watcher.pid}:
        os.kill(process, signal.SIGKILL)
    assert evaluate(engine, buckets, "public", "evidence").failures == {}
    assert running(folder) == [] and not os.path.exists(folder)


def test_a_server_that_dies_too_often_ends_the_run(opa: str, modules: list[str], buckets: bytes) -> None:
    with ManagedOpa(opa, modules, Limits(deaths=1)) as engine:
        engine.wait()
        with pytest.raises(EngineError, match=r"OPA died 2 times, last: exit code 2: "):
            evaluate(engine, buckets, "public", "hungry")


def test_many_threads_share_one_server(shared: ManagedOpa, buckets: bytes) -> None:
    before = shared.seconds()
    with ThreadPoolExecutor(8) as pool:
        results = list(pool.map(lambda _: evaluate(shared, buckets, "public", "builtin_error"), range(40)))
    assert all(found.denials == {"public": PUBLIC} for found in results)
    assert 0 < shared.seconds() - before < 40


def test_close_ends_evaluations_of_other_threads(engine: ManagedOpa, buckets: bytes) -> None:
    raised: list[BaseException] = []

    def work() -> None:
        try:
            while True:
                engine.evaluate(["endless"], buckets, b"{}", NOW)
        except EngineError as error:
            raised.append(error)

    engine._isolation.limits = Limits(policy=60)
    thread = threading.Thread(target=work)
    thread.start()
    time.sleep(0.3)
    engine.close()
    thread.join(timeout=10)
    assert not thread.is_alive()
    assert "ended while it was evaluating" in str(raised[0])


def test_a_policy_sees_nothing_of_the_environment(
    opa: str, modules: list[str], buckets: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "the secret")
    with ManagedOpa(opa, modules) as engine:
        engine.wait()
        seen = {
            denial.path[0]: denial.message for denial in evaluate(engine, buckets, "environment").denials["environment"]
        }
        assert engine._server is not None
        home = engine._server._process.folder
    assert seen == {"PATH": "/usr/bin:/bin", "HOME": home, "GOGC": "400", "GOMEMLIMIT": "350MiB"}
