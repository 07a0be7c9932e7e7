# Two commands: `make demo` shows it, `make test` proves it. Each installs what it needs into .venv.

PYTHON ?= python3
VENV   := .venv
BIN    := $(VENV)/bin
STAMP  := $(VENV)/installed

.PHONY: demo demo-live test lint bench bench-live clean

demo: $(STAMP)
	$(BIN)/auditor engine status >/dev/null 2>&1 || $(BIN)/auditor engine install
	mkdir -p out
	$(BIN)/auditor scan fixtures/templates -o console -o sarif=out/demo.sarif -o json=out/demo.json -o html=out/demo.html || test $$? -eq 1
	@echo "wrote out/demo.html, out/demo.sarif and out/demo.json"

demo-live: $(STAMP)
	$(BIN)/auditor engine status >/dev/null 2>&1 || $(BIN)/auditor engine install
	mkdir -p out
	$(BIN)/python tests/demo_live.py out || test $$? -eq 1
	@echo "wrote out/live.json.gz, out/live.sarif and out/live-report.json"

test: lint
	$(BIN)/auditor engine status >/dev/null 2>&1 || $(BIN)/auditor engine install
	npm install --silent --no-audit --no-fund --prefix .bench/sarif @microsoft/sarif-multitool@5.7.0
	command -v chromedriver >/dev/null || { test "$$(id -u)" -eq 0 && apt-get update -qq && apt-get install -qqy chromium chromium-driver; } || true
	$(BIN)/python -m pytest -n auto --dist loadfile

lint: $(STAMP)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/auditor engine status >/dev/null 2>&1 || $(BIN)/auditor engine install
	$(BIN)/auditor policy docs --check

bench: $(STAMP)
	$(BIN)/python tests/bench/run.py

bench-live: $(STAMP)
	$(BIN)/auditor engine status >/dev/null 2>&1 || $(BIN)/auditor engine install
	$(BIN)/python tests/bench/live.py

clean:
	rm -rf $(VENV) out .bench build dist *.egg-info

$(STAMP): setup.cfg pyproject.toml
	$(PYTHON) -m venv $(VENV)
	$(BIN)/pip install --quiet --disable-pip-version-check --editable '.[test]'
	touch $@
