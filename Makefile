# The words of this project. `make demo` and `make test` need nothing but Python ≥ 3.11 with pip, and make.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
ARGS ?=

.PHONY: help setup demo test test-odrl test-crash tck tck-serve simulate bench lock format clean

help: ## this list
	@grep -E '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:[^#]*## /\t/' | expand -t 14

$(BIN)/datenkontor: pyproject.toml requirements.lock
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	@touch $@

$(VENV)/.dev: $(BIN)/datenkontor requirements-dev.lock
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-dev.lock
	@touch $@

setup: $(VENV)/.dev ## build the environment for development

demo: $(BIN)/datenkontor ## start a small data space on this machine and do the main job in it
	@$(BIN)/datenkontor demo $(ARGS)

test: $(VENV)/.dev ## run the default test suite
	@$(BIN)/python -m pytest -m "not e2e and not crash and not tck and not odrl and not nightly" -n 2 $(ARGS)
	@$(BIN)/python -m pytest -m "e2e" $(ARGS)
