# spine: `make demo` and `make test` are all that a fresh machine with git, make and Python 3.11+ needs.
# Everything runs from .venv with locked versions; nothing here reads HOME, an activated venv, PYTHONPATH or the locale.

PYTHON ?= python3
JOBS ?= 2
UV ?= uv

unexport PYTHONPATH PYTHONHOME PYTHONSAFEPATH VIRTUAL_ENV PIP_TARGET PIP_PREFIX
export LC_ALL := C.UTF-8
export PYTHONUTF8 := 1
export PIP_USER := 0
export PIP_NO_INPUT := 1
export PIP_DISABLE_PIP_VERSION_CHECK := 1

VENV := .venv
RUN := $(VENV)/bin/python
READY := $(VENV)/.stamp

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.PHONY: help demo test slow-tests check format-check lint types check-ledger fix bench torture mutants system lock clean

help: ## show this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-9s %s\n", $$1, $$2}' Makefile

$(READY): pyproject.toml requirements/run.txt requirements/dev.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "spine needs Python 3.11 or newer, this is " + sys.version.split()[0] + ": make PYTHON=python3.12 ...")'
	$(PYTHON) -m venv $(VENV)
	$(RUN) -m pip install --quiet --require-hashes -r requirements/dev.txt
	$(RUN) -m pip install --quiet --no-deps --no-build-isolation -e .
	@touch $@

demo: $(READY) ## two people change one file, nothing is lost (a minute, a temporary repository)
	@$(RUN) demo/run.py

test: $(READY) ## the tests, but for the slow ones
	$(RUN) -m pytest -n $(JOBS) -q -m "not slow"

slow-tests: $(READY)
	$(RUN) -m pytest -n $(JOBS) -q -m slow

check: format-check lint types test slow-tests check-ledger ## everything that must hold before a push

format-check: $(READY)
	$(RUN) -m ruff format --check .

lint: $(READY)
	$(RUN) -m ruff check .

types: $(READY)
	$(RUN) -m mypy

# This repository's own ledger, checked by spine itself.
check-ledger: $(READY)
	$(RUN) -m spine validate
	$(RUN) -m spine check

fix: $(READY) ## format, and mend what ruff can mend
	$(RUN) -m ruff format .
	$(RUN) -m ruff check --fix .

bench: $(READY) ## fidelity, concurrency, doubles, speed, ledger; figures in build/bench.json
	@$(RUN) -m bench

torture: $(READY) ## the long forms: laws at 50,000 examples, fault sweeps, many writers (hours)
	SPINE_TORTURE=1 HYPOTHESIS_PROFILE=thorough $(RUN) -m pytest -n $(JOBS) -q -s

mutants: $(READY) ## 300 planted faults in the engine: how many the tests notice (20 minutes)
	$(RUN) -m pip install --quiet --require-hashes -r requirements/mutants.txt
	@$(RUN) bench/mutants.py

# Debian packages that some tests use (chromium: the site in a browser; strace: faults in system calls). Without them
# those tests skip and say so.
system: ## install the Debian packages that some tests use (needs root)
	@if [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null; then \
	  { command -v chromium && command -v strace; } >/dev/null || \
	  { apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends chromium strace; } >/dev/null || \
	  echo "not installed: chromium strace; the tests that need them will skip" >&2; \
	else echo "needed by some tests, which skip without them: chromium strace (apt-get install chromium strace)" >&2; fi

lock: ## make requirements/*.txt again from pyproject.toml (needs uv)
	$(UV) pip compile --no-config --universal --generate-hashes --no-annotate --no-header --python-version 3.11 -q -U pyproject.toml -o requirements/run.txt
	$(UV) pip compile --no-config --universal --generate-hashes --no-annotate --no-header --python-version 3.11 -q -U pyproject.toml --group dev -c requirements/run.txt -o requirements/dev.txt
	$(UV) pip compile --no-config --universal --generate-hashes --no-annotate --no-header --python-version 3.11 -q -U --group mutants -c requirements/dev.txt -o requirements/mutants.txt

clean: ## remove the environment and every cache
	rm -rf $(VENV) build dist .pytest_cache .mypy_cache .ruff_cache .hypothesis
	find spine tests demo bench -name __pycache__ -type d -prune -exec rm -rf {} + 2>/dev/null || true
