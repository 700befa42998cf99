# Everything a fresh machine needs: `make testnet` and `make test`.
SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DELETE_ON_ERROR:

PYTHON ?= $(shell for p in python3.12 python3.11 python3; do \
	$$p -c 'import sys; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 12))' 2>/dev/null && { command -v $$p; break; }; done)
BIN := .venv/bin

.PHONY: help install testnet testnet-stop testnet-clean test test-docker test-upgrade lint fuzz-api simulate bench bundle sbom test-bundle story story-document clean

help:
	@echo "make testnet        install, start five nodes, play the main job on them"
	@echo "make testnet-stop   stop exactly what testnet started"
	@echo "make testnet-clean  remove a stopped test network"
	@echo "make test           linters, types, architecture and the whole test suite"
	@echo "make test-docker    the network in containers: built, cut, killed; needs an engine"
	@echo "                    (keys in hardware modules are tested if Debian's softhsm2 is installed)"
	@echo "make test-upgrade   replace every node under a load of writes, and print a log (ROUNDS=3)"
	@echo "make lint           the same without the tests"
	@echo "make fuzz-api       ask a node for long what its API allows and what not (CASES=200)"
	@echo "make simulate       a longer campaign of the simulator (SEEDS=20000)"
	@echo "make bench          throughput, latency, failover, audit and reads on this machine"
	@echo "make story          a day in the life of a bond, told by the ledger"
	@echo "make story-document writes it as docs/day-in-the-life.md"
	@echo "make bundle         one file from which Amanat is installed without the internet"
	@echo "                    (FOR='--python 3.12 --platform manylinux_2_28_x86_64'; else this machine)"
	@echo "make test-bundle    make it, install it without a network, change a byte of it"
	@echo "make sbom           the bill of materials of all locked packages (CycloneDX), build/sbom.cdx.json"
	@echo "make install        only the virtual environment, in .venv"
	@echo "make clean          remove the virtual environment and all caches"

.venv/installed: requirements.lock requirements-dev.lock pyproject.toml
	@test -n "$(PYTHON)" || { echo "amanat: Python 3.11 or 3.12 is needed, and none was found on the PATH" >&2; exit 2; }
	@"$(PYTHON)" -m venv .venv || { echo "amanat: $(PYTHON) cannot make a virtual environment: install python3-venv" >&2; exit 2; }
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-dev.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	@touch $@

install: .venv/installed

# mypy does not run the import hook of an editable install; it follows this link instead.
build/ns/amanat:
	@mkdir -p build/ns && ln -sfn ../.. $@

testnet: install
	@$(BIN)/amanat testnet up

testnet-stop: install
	@$(BIN)/amanat testnet stop

testnet-clean: install
	@$(BIN)/amanat testnet clean

lint: install build/ns/amanat
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

test: lint
	$(BIN)/pytest -n 2 -q

CASES ?= 200
SEED ?= 1
FUZZ_SECONDS ?= 800
fuzz-api: install
	$(BIN)/python -m tests.node.api.fuzz --examples $(CASES) --seed $(SEED) --seconds $(FUZZ_SECONDS)

test-docker: install
	AMANAT_TEST_DOCKER=1 $(BIN)/pytest -q -n 0 -s -rs tests/docker/test_containers.py

ROUNDS ?= 3
test-upgrade: install
	$(BIN)/python -m tests.node.rolling_upgrade --rounds $(ROUNDS)

SEEDS ?= 20000
simulate: install
	$(BIN)/amanat simulation run --seeds $(SEEDS)

bench: install
	$(BIN)/python benchmarks/run.py

FOR ?=
bundle: install
	@$(BIN)/python -m release.bundle $(FOR)

test-bundle: install
	$(BIN)/pytest -q -n 0 tests/release

sbom: install
	@mkdir -p build
	@$(BIN)/python -m release.sbom > build/sbom.cdx.json
	@echo build/sbom.cdx.json

story: install
	@$(BIN)/python -m docs.examples.day_in_the_life

story-document: install build/ns/amanat
	$(BIN)/python -m docs.examples.day_in_the_life --document > build/story.md
	mv build/story.md docs/day-in-the-life.md

clean:
	rm -rf build .venv .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
