"""The sum of OPA's own evaluation timer against `opa eval --metrics` on the very same shards."""

from __future__ import annotations

import json
import subprocess
import tempfile
from collections.abc import Sequence
from pathlib import Path

from auditor import pipeline
from auditor.cli import session
from auditor.config import Config
from auditor.model import Evaluation
from auditor.sources.template.nodes import Settings
from auditor.sources.template.source import TemplateSource

SHARDS = 10  # raw OPA starts anew for each, so a few are enough


class Recorder:
    """An engine that keeps the first shards it was asked."""

    def __init__(self, engine: object) -> None:
        self._engine = engine
        self.version = engine.version  # type: ignore[attr-defined]
        self.inputs: list[dict[str, object]] = []

    def evaluate(self, keys: Sequence[str], resources: bytes, parameters: bytes, taken_at: str) -> Evaluation:
        if len(self.inputs) < SHARDS:
            shard = {"resources": json.loads(resources), "parameters": json.loads(parameters)}
            self.inputs.append({"policies": list(keys), "taken_at": taken_at, **shard})
        return self._engine.evaluate(keys, resources, parameters, taken_at)  # type: ignore[attr-defined]

    def seconds(self) -> float:
        return self._engine.seconds()  # type: ignore[attr-defined,no-any-return]


def compare(folder: Path) -> None:
    config, binary = Config(), session.opa_binary()
    pack = session.load_pack(config, binary)
    values = session.parameter_values(pack, config, ())
    plan = session.make_plan(session.chosen(pack, config, "template"), values)
    files = sorted(str(file) for file in folder.glob("*.json"))[:SHARDS]
    with session.engine_of(config, pack, binary) as engine:
        engine.wait()
        recorder = Recorder(engine)
        source = TemplateSource(files, Settings(), lambda: b"")
        pipeline.audit(source, pack, plan, recorder, session.facts_of(plan), values)
        ours = engine.seconds()
    theirs = sum(_raw(binary, pack.modules, shard) for shard in recorder.inputs)
    print(f"evaluation: {ours:.3f} s in the tool, {theirs:.3f} s raw: {ours / theirs:.2f} (aim: at most 1.3)")


def _raw(binary: str, modules: Sequence[str], shard: dict[str, object]) -> float:
    with tempfile.NamedTemporaryFile("w", suffix=".json") as file:
        json.dump(shard, file)
        file.flush()
        data = [part for module in modules for part in ("-d", module)]
        command = [binary, "eval", *data, "-i", file.name, "--metrics", "--strict-builtin-errors", "data.main.report"]
        answer = json.loads(subprocess.run(command, capture_output=True, check=True).stdout)
    return float(answer["metrics"]["timer_rego_query_eval_ns"]) / 1e9
