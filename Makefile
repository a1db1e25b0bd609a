PYTHON ?= python3
BIN := .venv/bin
STAMP := .venv/.installed
PEERS := tests/peers/node_modules/.installed

.PHONY: help demo test check bench lint clean

help:  ## what can be made
	@grep -E '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 12

.venv/bin/python:
	$(PYTHON) -m venv .venv

.venv/.running: requirements.txt | .venv/bin/python
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -r requirements.txt
	@touch $@

$(STAMP): requirements-dev.txt .venv/.running
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -r requirements-dev.txt
	@touch $@

demo: .venv/.running  ## the demo county at http://127.0.0.1:8000 (PORT, FIELD_HOME, FIELD_DEMO_PASSWORD)
	@FIELD_DEMO=1 exec $(BIN)/flask --app wsgi demo run

$(PEERS): tests/peers/package-lock.json
	@if command -v npm >/dev/null; then npm ci --silent --prefix tests/peers && touch $@; else echo "no npm: what needs the peers is skipped"; fi

test: $(STAMP) $(PEERS)  ## all tests
	$(BIN)/python -m pytest
	node --test tests/phone/*.test.mjs

lint: $(STAMP)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

check: lint test  ## ruff, mypy strict, import-linter, tests

bench: $(STAMP)  ## the measured table of docs/performance.md
	$(BIN)/python -m benchmarks

clean:  ## forget the virtual environment and caches
	rm -rf .venv .mypy_cache .ruff_cache .pytest_cache tests/peers/node_modules
