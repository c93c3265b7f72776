# The two commands to know:
#   make demo              a clinic day on this machine, with the console on it (HEADLESS=1: plays by itself, no terminal)
#   make test              all tests
# Both first install what is missing: Debian packages (needs root or sudo once), Python packages into .venv, and the Jitsi
# client library into var.
# Beside them: check (style, types, layers, length), bench-door, bench-board, bench-web, bench-vault, console-pictures,
# pictures, lock, install, clean.

SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DELETE_ON_ERROR:
.DEFAULT_GOAL := help

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
# Two more than there are cores: tests wait for Prosody and browsers most of the time.
WORKERS ?= $(shell echo $$(($$(nproc) + 2)))
export PYTHON
# What was compiled once is not compiled again by each of the hundreds of processes a test run or a demo starts.
unexport PYTHONDONTWRITEBYTECODE

# The environment is made anew in place when the lock or the project's own metadata changes.
LOCKED := $(shell cat requirements.lock pyproject.toml | sha256sum | cut -c 1-16)
READY := $(VENV)/ready-$(LOCKED)

.PHONY: help demo test check install packages-demo packages library client lock bench-door bench-board bench-web bench-vault console-pictures pictures clean

help:
	@sed -n '1,7s/^# \{0,1\}//p' Makefile

packages-demo:
	@scripts/install-packages demo

packages: packages-demo
	@scripts/install-packages all

# pip checks every file against the hashes of the lock; the project itself is built with the lock's own setuptools.
$(READY): | packages-demo
	@$(PYTHON) -c 'import sys; sys.exit("Portner needs Python 3.11 or later") if sys.version_info < (3, 11) else None'
	@[ -x $(BIN)/python ] || $(PYTHON) -m venv $(VENV)
	@echo "Installing Python packages into $(VENV)"
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	@rm -f $(VENV)/ready-*
	@touch $@

library: packages-demo
	@xmpp_agent/demo/meeting/install
	@xmpp_agent/demo/login_provider/install

client: packages library
	@xmpp_agent/demo/meeting/install tests/jitsi_client/pins var/playwright

install: packages $(READY) client

# setpriv: when make is killed outright, the demo is told to end, and it takes its own processes with it.
demo: $(READY) library
	@exec setpriv --pdeathsig TERM $(BIN)/portner demo $(if $(filter-out 0,$(HEADLESS)),--headless)

test: install
	@$(BIN)/pytest -n $(WORKERS) --dist worksteal -q $(PYTEST_ARGS)

check: packages $(READY)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy --strict
	$(BIN)/lint-imports
	luacheck -q lua_shims tests
	$(BIN)/pytest -q tests/test_house_rules.py

# Versions and hashes, no addresses: whoever installs decides where packages come from.
lock: $(READY)
	@CUSTOM_COMPILE_COMMAND='make lock' $(BIN)/pip-compile --quiet --strip-extras --allow-unsafe --generate-hashes \
		--no-emit-index-url --no-emit-trusted-host --no-emit-find-links --no-emit-options \
		--extra=dev --output-file=requirements.lock $(LOCK_ARGS) pyproject.toml

bench-door: $(READY)
	@$(BIN)/python -m tests.speed.bench_door

bench-board: $(READY)
	@$(BIN)/python -m tests.speed.bench_board

bench-web: $(READY)
	@$(BIN)/python -m tests.speed.bench_web

bench-vault: $(READY)
	@$(BIN)/python -m tests.speed.bench_vault

# The console's pictures, from its own screens on an invented day; the tests compare with them.
console-pictures: $(READY)
	@$(BIN)/python -m tests.tui.draw
	@$(BIN)/python -m tests.tui.looks

# The README's pictures of the walk, from real browsers in a running demo.
pictures: install
	@$(BIN)/python -m tests.end_to_end.pictures

# Takes away what these commands made, but for the Debian packages.
clean:
	rm -rf $(VENV) var build *.egg-info .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
