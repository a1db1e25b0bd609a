PYTHON ?= python3
BIN := .venv/bin
STAMP := .venv/.installed
PEERS := tests/peers/node_modules/.installed

.PHONY: help demo test check bench drill lint messages clean

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

test: $(STAMP) $(PEERS)  ## all tests; each of the three kinds runs, whatever came of the others
	@failed=; \
	node --test tests/phone/*.test.mjs || failed=phone; \
	$(BIN)/python -m pytest -n auto --maxprocesses 4 -m "not browser" || failed="$$failed server"; \
	$(BIN)/python -m pytest -n auto --maxprocesses 2 -m browser || failed="$$failed browser"; \
	test -z "$$failed" || { echo "failed: $$failed"; exit 1; }

lint: $(STAMP)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

check: lint test  ## ruff, mypy strict, import-linter, tests

messages: $(STAMP)  ## the texts of screens into the English catalogue; names those still without English
	@mkdir -p build
	$(BIN)/python -m babel.messages.frontend -q extract -F babel.cfg -k "Word Sentence lazy_gettext Problem:3" --sort-output --no-location -o build/messages.pot field
	$(BIN)/python -m babel.messages.frontend -q update -i build/messages.pot -d field/translations -l en --no-fuzzy-matching --ignore-obsolete --no-wrap --omit-header
	$(BIN)/python -m pytest -p no:cacheprovider --tb=line tests/web/test_english.py

drill: $(STAMP)  ## back up under load, destroy, restore, verify the ledger
	$(BIN)/python -m pytest -q tests/test_drill.py

bench: $(STAMP)  ## the measured table of docs/performance.md
	$(BIN)/python -m benchmarks

clean:  ## forget the virtual environment and caches
	rm -rf .venv .mypy_cache .ruff_cache .pytest_cache tests/peers/node_modules
