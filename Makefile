# The two that matter: `make up` runs the product, `make test` passes its tests. Both install what they need.
.DEFAULT_GOAL := help
SHELL := /bin/sh
PY := .venv/bin/python
# A Node that setup.sh fetched lies in .venv/bin; one of the machine is found behind it.
export PATH := $(CURDIR)/.venv/bin:$(PATH)
# Bytecode is kept whatever the shell says: without it every start compiles all of Python for two seconds.
export PYTHONDONTWRITEBYTECODE :=
WEB_SOURCES := $(shell find web/src web/public -type f 2>/dev/null) $(wildcard web/*.json web/*.ts web/index.html)
# One more than the cores that CI has: tests wait for a fifth of their time.
WORKERS ?= 3

.PHONY: help setup up web worker test test-fast simulate pictures lint fix openapi bench bench-market bench-snapshots lock tools clean

help: ## this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-12s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

up: .venv/.setup-run web/dist/index.html ## run the product: API, web and worker on http://127.0.0.1:8000
	@exec .venv/bin/dumont up $(ARGS)

setup: .venv/.setup-dev web/dist/index.html ## install what work on the code needs, and nothing else

test: .venv/.setup-dev .venv/.setup-run ## everything that must pass: lint, tests, tests in a browser
	@$(MAKE) --no-print-directory --jobs=3 tools web/dist/index.html lint test-web
	@$(PY) -m pytest -n $(WORKERS) --dist loadgroup $(ARGS)

test-fast: .venv/.setup-dev ## the tests that take no browser and no more than seconds
	@$(PY) -m pytest -n $(WORKERS) -m "not slow and not browser" $(ARGS)

KILLS = tests/snapstore/test_killed_processes.py tests/faults tests/fleet/whole/test_killed.py tests/fleet/killed tests/fleet/whole/test_restic.py tests/simulation tests/fuzz

test-kills: .venv/.setup-dev ## kill at every point, not only at those for which CI has time
	@DUMONT_EVERY_POINT=1 $(PY) -m pytest -n $(WORKERS) --dist loadgroup $(KILLS) $(ARGS)

simulate: .venv/.setup-dev ## play more seeds of the fleet than CI, on a simulated clock: `make simulate ARGS="--seeds 1000"`, `ARGS="--plan long"`
	@$(PY) -m tests.simulation $(ARGS)

lint: lint-types lint-python lint-web ## formatting, types, floors, tidiness; half a minute, less with -j2

.PHONY: lint-python lint-types lint-web test-web
lint-python: .venv/.setup-dev
	@.venv/bin/ruff format --check --quiet . || { echo "lint: run \`make fix\`"; exit 1; }
	@.venv/bin/ruff check --quiet .
	@.venv/bin/lint-imports --no-logo >/tmp/dumont-lint-$$$$ 2>&1 || { cat /tmp/dumont-lint-$$$$; exit 1; }; rm -f /tmp/dumont-lint-$$$$
	@$(PY) -m tests.tidy

lint-types: .venv/.setup-dev
	@.venv/bin/mypy --no-error-summary

lint-web: web/node_modules/.package-lock.json
	@npm --prefix web run --silent lint

test-web: web/node_modules/.package-lock.json
	@npm --prefix web run --silent test -- --testTimeout=30000

fix: .venv/.setup-dev ## mend what machines can mend
	@.venv/bin/ruff check --quiet --fix . || true
	@.venv/bin/ruff format --quiet .
	@npm --prefix web run --silent fix

web: web/dist/index.html ## build the web application

worker: .venv/.setup-run ## one more worker on the same database
	@exec .venv/bin/dumont worker $(ARGS)

openapi: .venv/.setup-dev web/node_modules/.package-lock.json ## write the API document, and the types of client and web made from it
	@.venv/bin/dumont openapi --output web/openapi.json
	@$(PY) scripts/generate_client.py
	@npm --prefix web run --silent api

bench: setup tools ## measure; each table compares with a peer or a limit in the same run
	@for file in bench/*.py; do [ "$$(basename $$file)" = __init__.py ] || $(PY) -m "bench.$$(basename $$file .py)" || exit 1; done

bench-market: .venv/.setup-dev ## measure the market's search alone, as in `make bench-market ARGS=--million`
	@$(PY) -m bench.market $(ARGS)

bench-snapshots: setup tools ## measure snapshots beside restic and borg, as in `make bench-snapshots ARGS="--gb 0.5"`
	@$(PY) -m bench.snapshots $(ARGS)

lock: .venv/.setup-run ## choose versions anew within pyproject.toml, and write them down with their hashes
	@.venv/bin/uv pip compile -q -U --universal --python-version 3.11 --generate-hashes --no-header --no-annotate --extra otel --extra aws pyproject.toml -o locks/run.txt
	@.venv/bin/uv pip compile -q -U --universal --python-version 3.11 --generate-hashes --no-header --no-annotate --extra otel --extra aws pyproject.toml -c locks/run.txt --group dev -o locks/dev.txt
	@echo 'hatchling>=1.27' | .venv/bin/uv pip compile -q -U --universal --python-version 3.11 --generate-hashes --no-header --no-annotate - -o locks/build.txt

tools: ## what the tests need beside Python and Node; as root on Debian it is installed
	@scripts/tools.sh

clean: ## forget everything that was made here
	rm -rf .venv web/node_modules web/dist dumont/web dist build .mypy_cache .ruff_cache .hypothesis

NATIVE := $(wildcard dumont/snapstore/native/*.[ch] dumont/snapstore/native/build.py)
.venv/.setup-run: locks/run.txt pyproject.toml scripts/setup.sh $(NATIVE)
	@scripts/setup.sh run && touch $@

.venv/.setup-dev: locks/dev.txt pyproject.toml scripts/setup.sh $(NATIVE)
	@scripts/setup.sh dev && touch $@

web/node_modules/.package-lock.json: web/package-lock.json | .venv/.setup-run
	@echo "setup: installing the web application's packages" >&2
	@npm --prefix web ci --ignore-scripts --no-audit --no-fund --loglevel=error >/dev/null
	@touch $@

web/dist/index.html: web/node_modules/.package-lock.json $(WEB_SOURCES)
	@echo "setup: building the web application" >&2
	@npm --prefix web run --silent build >/dev/null
	@touch $@
