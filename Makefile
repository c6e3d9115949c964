# The words of this project. `make demo` and `make test` need nothing but Python ≥ 3.11 with pip, and make.
PYTHON ?= python3
VENV ?= .venv
ARGS ?=
SEEDS ?= 1000000
BIN := $(VENV)/bin
# pip brings uv, and uv the rest: the same locked versions, in seconds instead of a minute.
BOOT := $(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r .ci/uv.lock
INSTALL := VIRTUAL_ENV=$(VENV) $(BIN)/uv pip install --quiet

.PHONY: help setup demo test test-odrl test-crash test-replicas test-kills test-nginx test-hsm test-web test-ckan test-oidc test-pdf test-peers test-portals test-postgres test-sources test-streams test-chart test-flat pictures interop-edc simulate tck tck-serve bench format lock

help: ## this list
	@grep -E '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:[^#]*## /\t/' | expand -t 14

$(VENV)/.ready: pyproject.toml requirements.lock .ci/uv.lock
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@echo "installing what the connector needs into $(VENV) …"
	@$(BOOT)
	@$(INSTALL) --compile-bytecode --require-hashes -r requirements.lock
	@$(INSTALL) --no-deps --no-build-isolation --editable .
	@$(BIN)/python -m compileall -q connector
	@touch $@

$(VENV)/.dev: $(VENV)/.ready requirements-dev.lock
	@echo "installing what the tests need into $(VENV) …"
	@$(INSTALL) --require-hashes -r requirements-dev.lock
	@touch $@

setup: $(VENV)/.dev ## build the environment for development

demo: $(VENV)/.ready ## start a small data space on this machine and do the main job in it
	@$(BIN)/datenkontor demo $(ARGS)

test: $(VENV)/.dev ## run the default test suite
	@$(BIN)/python -m pytest -q -n 2 --dist loadfile -m "not (e2e or crash or tck or odrl or nightly or nginx or edc or web or ckan or oidc or pdf or postgres or sources or streams or chart or portals or peers or hsm)" $(ARGS)
	@$(BIN)/python -m pytest -q -m "e2e" $(ARGS)

test-odrl: $(VENV)/.dev ## run the public ODRL test suite (DATENKONTOR_DATA names the folder that holds it)
	@$(BIN)/python -m pytest -q -m odrl $(ARGS)

test-crash: $(VENV)/.dev ## kill either side before and after every write and every send, and take its power away
	@$(BIN)/python -m pytest -q -s -m "crash and not postgres" $(ARGS)

test-replicas: $(VENV)/.dev ## the same with two replicas a side on a real PostgreSQL, which is killed too (needs PostgreSQL 15 and nginx)
	@$(BIN)/python -m pytest -q -s -m "crash and postgres" tests/crash/test_replicas.py $(ARGS)

test-kills: $(VENV)/.dev ## kill either side at random points of 200 transfers (KILLS=n: of n; about 15 s each)
	@DATENKONTOR_KILLED=$(or $(KILLS),200) $(BIN)/python -m pytest -q -s -m crash tests/crash/test_transfers.py tests/crash/test_planes.py $(ARGS)

test-nginx: $(VENV)/.dev ## run a real nginx in front of the data plane, as docs/operate.md has it (needs nginx)
	@$(BIN)/python -m pytest -q -m nginx $(ARGS)

test-hsm: $(VENV)/.dev ## sign with a key in a token, SoftHSM2, which it cannot leave (needs softhsm2)
	@command -v softhsm2-util >/dev/null || { apt-get update -q && DEBIAN_FRONTEND=noninteractive apt-get install -y -q --no-install-recommends softhsm2; }
	@$(BIN)/python -m pytest -q -m hsm tests/interop/hsm $(ARGS)

test-web: $(VENV)/.dev ## open the pages in a real browser (needs chromium)
	@$(BIN)/python -m pytest -q -n 2 -m web tests/browser $(ARGS)

test-ckan: $(VENV)/.dev ## harvest a real CKAN, which is installed into build/ (needs PostgreSQL, Java 17, Maven)
	@$(BIN)/python -m pytest -q -m ckan tests/interop/ckan $(ARGS)

test-oidc: $(VENV)/.dev ## sign in with real OpenID providers, which are installed into build/ (needs Node 20, Java 17, Maven)
	@$(BIN)/python -m pytest -q -m oidc tests/interop/oidc $(ARGS)

test-pdf: $(VENV)/.dev ## judge papers of agreements with veraPDF, as PDF/A and PDF/UA (needs Java 17 and Maven)
	@$(BIN)/python -m pytest -q -m pdf tests/interop/pdf $(ARGS)

test-peers: $(VENV)/.dev ## speak DCP with a real IdentityHub and control planes of EDC (needs Java 17, Maven and unshare)
	@$(BIN)/python -m tests.interop.peers.jars
	@unshare --net --map-root-user sh -c 'ip link set lo up && exec $(BIN)/python -m pytest -q -m peers tests/interop/peers $(ARGS)'

test-postgres: $(VENV)/.dev ## run the store and replicas on a real PostgreSQL, which the tests start (needs PostgreSQL 15 or newer)
	@command -v pg_config >/dev/null || { apt-get update -q && DEBIAN_FRONTEND=noninteractive apt-get install -y -q --no-install-recommends postgresql; }
	@$(BIN)/python -m pytest -q -m postgres tests/contract tests/store/postgres tests/store/sqlite/board tests/app/storing tests/app/tenants tests/cli/commands/test_store.py tests/e2e $(ARGS)

test-sources: $(VENV)/.dev ## read tables of a real PostgreSQL with PostGIS and objects of a real S3 (needs PostgreSQL 15 and Go)
	@$(BIN)/python -m pytest -q -m sources tests/interop/sources $(ARGS)

test-portals: $(VENV)/.dev ## read a real pygeoapi, MapServer and OpenSSH, which are installed where they are absent (needs apt-get)
	@$(BIN)/python -m pytest -q -m portals tests/interop/portals $(ARGS)

test-streams: $(VENV)/.dev ## stream from real brokers: mosquitto, nats-server and Kafka (needs the first two, Java 17 and Maven)
	@$(BIN)/python -m pytest -q -m streams tests/interop/streams $(ARGS)

test-chart: $(VENV)/.dev ## render the Helm chart and compare it with what the process accepts (needs Go)
	@$(BIN)/python -m pytest -q -m chart tests/interop/chart $(ARGS)

pictures: $(VENV)/.dev ## take a picture of each page in both languages, into build/pictures (needs chromium)
	@$(BIN)/python -m tests.browser.pictures

interop-edc: $(VENV)/.dev ## run against real EDC connectors, in both roles (needs Java 17 and Maven)
	@$(BIN)/python -m pytest -q -m edc tests/interop/edc $(ARGS)

simulate: $(VENV)/.dev ## live through SEEDS universes (default a million: a night)
	@$(BIN)/python -m tests.simulation --seeds $(SEEDS) $(ARGS)

tck: $(VENV)/.dev ## run the original DSP and DCP conformance kits (needs Java 17 and Maven)
	@$(BIN)/python -m pytest -q -s -m tck tests/conformance/dsp tests/conformance/dcp $(ARGS)

tck-serve: $(VENV)/.dev ## serve the system under test alone, for another version of the kit
	@$(BIN)/python -m tests.conformance.dsp.system $(ARGS)

test-flat: $(VENV)/.dev ## treat streams of 1 and of 20 GiB (ARGS="--gib N") and compare the memory that they take
	@$(BIN)/python -m tests.benchmarks.flat $(ARGS)

bench: $(VENV)/.dev ## run the benchmarks and write build/benchmarks.json
	@$(BIN)/python -m tests.benchmarks $(ARGS)

format: $(VENV)/.dev ## format the code and mend what can be mended
	@$(BIN)/python -m ruff format . && $(BIN)/python -m ruff check --fix .

lock: ## write the lock files anew (needs uv)
	@.ci/lock
