# The front door. `make` lists what there is; each step says what it does and how long it took.

SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
.NOTPARALLEL:
MAKEFLAGS += --no-print-directory

JOBS ?= $(shell nproc)
PORT ?= 8080
METRICS_PORT ?= 9090
FUZZ_SECONDS ?= 60
# What `make lint` gives to clang-tidy: changed (against BASE) or all.
TIDY ?= changed
BASE ?= HEAD

step := @tools/setup/step.sh
install := @tools/setup/install.sh
# Addresses without randomness: the sanitizers' shadow memory collides with some layouts of a new kernel.
fixed_layout := $(shell setarch $$(uname -m) -R true 2>/dev/null && echo setarch $$(uname -m) -R)
git_files = git -c "safe.directory=*" ls-files --cached --others --exclude-standard
programs = $(subst _,-,$(basename $(notdir $(wildcard src/programs/*.cpp))))
integration := $(sort $(wildcard tests/integration/*/run.sh))
chaos := $(sort $(wildcard tests/chaos/*/run.sh))
# Programs that the tests bring themselves.
test_programs := $(basename $(notdir $(wildcard tests/integration/*/*.cpp)))

export PORT METRICS_PORT

.PHONY: help
help: ## list the targets
	@awk -F ':.*## ' '/^[a-z0-9-]+:.*## / { printf "  make %-11s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

# ---- running

.PHONY: setup build up down
setup: ## install what the build needs (Debian 12)
	$(install) build

build: setup build/release/build.ninja ## build the programs that ship into build/bin
	$(step) "build the programs (release)" cmake --build --preset release --target $(programs)
	@mkdir -p build/bin
	@for program in $(programs); do ln -sfn "../release/bin/$$program" "build/bin/$$program"; done

up: build ## run the sample ledger, start the service, say where to look
	@tools/setup/up.sh

down: ## stop what `make up` started
	@tools/setup/down.sh

# ---- proving

.PHONY: test test-setup lint-fast
test: test-setup lint-fast test-dev ## the quick lane: checks, build and unit tests

test-setup:
	$(install) build test

lint-fast:
	$(step) "includes follow the layers" tools/lint/check_layers.py
	$(step) "every header compiles alone" tools/lint/check_headers.py
	$(step) "files fit a sitting" tools/lint/check_sizes.py
	$(step) "no registry hosts, no notes to oneself" tools/lint/check_words.py
	$(step) "shell scripts (shellcheck)" shellcheck -x $(shell_files)
	$(step) "the checks catch what they should" python3 -m unittest discover -q -s tools/lint -p '*_test.py'

shell_files = $(shell $(git_files) '*.sh' .ci/run)

.PHONY: test-dev test-asan test-tsan
test-dev test-asan test-tsan: test-%: build/%/build.ninja
	$(step) "build the tests ($*)" cmake --build --preset $*
	$(step) "unit, property and golden tests ($*)" $(fixed_layout) ctest --preset $* -j $(JOBS) --no-tests=error

.PHONY: e2e e2e-setup integration chaos
e2e: e2e-setup test-asan test-tsan fuzz integration chaos docs-check ## the full lane: sanitizers, fuzzing, real programs, faults
	@echo "ok    e2e"

e2e-setup:
	$(install) build test fuzz e2e

integration: build integration-build $(integration:%=run/%)
chaos: build $(chaos:%=run/%)

.PHONY: integration-build
integration-build:
ifneq ($(test_programs),)
	$(step) "build the programs of the tests" cmake --build --preset release --target $(test_programs)
endif

.PHONY: $(integration:%=run/%) $(chaos:%=run/%)
$(integration:%=run/%) $(chaos:%=run/%): run/%:
	$(step) "$(patsubst %/run.sh,%,$*)" $*

.PHONY: fuzz
fuzz: ## run every fuzz target for FUZZ_SECONDS (60) each
	$(install) build fuzz
	@$(MAKE) build/fuzz/build.ninja
	$(step) "build the fuzz targets" cmake --build --preset fuzz
	$(step) "fuzz, $(FUZZ_SECONDS) s each" env SECONDS_EACH=$(FUZZ_SECONDS) tools/setup/fuzz.sh

.PHONY: coverage
coverage: ## line coverage of src, at least 85 %
	$(install) build coverage e2e
	@$(MAKE) test-coverage
	@# The commands and the server are reached by the tests of the running program.
	$(step) "build the programs (coverage)" cmake --build --preset coverage --target $(programs)
	$(step) "tests of the command line (coverage)" env GREENLANG_BIN="$(CURDIR)/build/coverage/bin" tests/integration/program/run.sh
	$(step) "tests over HTTP (coverage)" env GREENLANG_BIN="$(CURDIR)/build/coverage/bin" tests/integration/http/run.sh
	$(step) "line coverage of src >= 85 %" bash -c 'cd build/coverage && gcovr --root ../.. --filter ../../src/ \
	  --exclude ".*_(test|bench|fuzz)\.cpp$$" --exclude ".*/testing\.[ch]pp$$" --exclude-throw-branches \
	  --print-summary --fail-under-line 85 -j $(JOBS) --html-details report.html --txt lines.txt . >summary.txt; \
	  status=$$?; tail -n 3 summary.txt; exit $$status'

.PHONY: test-coverage
test-coverage: test-%: build/%/build.ninja
	$(step) "build the tests ($*)" cmake --build --preset $*
	@find build/$* -name '*.gcda' -delete
	$(step) "unit, property and golden tests ($*)" ctest --preset $* -j $(JOBS) --no-tests=error

.PHONY: bench
bench: build ## benchmarks beside what others offer (BENCH=--quick: small)
	$(install) bench
	$(step) "benchmarks" bench/run.sh $(BENCH)

# ---- keeping order

.PHONY: lint lint-format lint-tidy format
lint: lint-setup lint-fast lint-format lint-tidy ## every check: layout, clang-tidy, layers, headers, scripts

.PHONY: lint-setup
lint-setup:
	$(install) build lint

lint-format:
	$(step) "layout of C++ (clang-format)" tools/lint/format.sh --check
	$(step) "layout of scripts (shfmt)" shfmt -d -i 2 $(shell_files)

lint-tidy: build/dev/build.ninja
	$(step) "clang-tidy ($(TIDY) files)" tools/lint/tidy.sh $(TIDY) $(BASE)

format: ## lay out C++ and shell scripts
	$(install) lint
	$(step) "lay out C++" tools/lint/format.sh
	$(step) "lay out scripts" shfmt -w -i 2 $(shell_files)

.PHONY: docs docs-check
docs: build ## write the reference pages out of the programs
	$(step) "docs/api" tools/setup/docs.sh docs/api $(programs)

docs-check: build
	$(step) "docs/api is what the programs say" tools/setup/docs.sh --check docs/api $(programs)

.PHONY: clean
clean: down ## stop the service and delete build/
	rm -rf build

# Configured again when the presets change; the rest CMake notices by itself.
.PRECIOUS: build/%/build.ninja
build/%/build.ninja: CMakePresets.json
	$(step) -q "configure ($*)" cmake --preset $*
	@touch $@
