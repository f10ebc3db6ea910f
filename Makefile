# make run    a living observatory: sets itself up, starts everything, Ctrl-C ends it
# make test   the whole check: lint, types, tests, browser

SHELL := /bin/bash
.SHELLFLAGS := -o pipefail -c
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
MAKEFLAGS += --no-print-directory

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check
export PIP_NO_INPUT := 1

# Root, or sudo without a password, may install Debian packages; anybody else is told which.
AS_ROOT = $$([ "$$(id -u)" = 0 ] || echo "sudo -n")
MAY_INSTALL = command -v apt-get >/dev/null && { [ "$$(id -u)" = 0 ] || sudo -n true 2>/dev/null; }
APT_INSTALL = $(AS_ROOT) apt-get -qq update && $(AS_ROOT) env DEBIAN_FRONTEND=noninteractive apt-get -qq -y --no-install-recommends install

# Counts the packages as they come, so that a slow line does not look like a standstill.
COUNT = awk -v total=$$(grep -c '==' $(1)) -v terminal=$$([ -t 1 ] && echo 1 || echo 0) \
	'/^(Collecting|Requirement already)/ { n++; if (terminal) printf "\r  %d of about %d packages", n, total; else if (n % 10 == 0) printf "  %d of about %d packages\n", n, total; fflush() } \
	/^(Building|Installing collected)/ { if (terminal) printf "\n"; print "  " ($$1 == "Building" ? $$0 : "installing them"); fflush() }'

.PHONY: help error-pages setup run test bench fuzz long lint browser postgresql nginx systemd python-check

help:
	@echo 'make run                          start the observatory on http://127.0.0.1:8050/ (Ctrl-C ends it)'
	@echo 'make run PORT=8123                on another port'
	@echo 'make run DATA_DIR=/some/folder    with its data elsewhere than in var/'
	@echo 'make run DEMO=no                  an empty site, without virtual devices'
	@echo 'make test                         lint, types, tests, browser'
	@echo 'make lint                         lint and types only'
	@echo 'make bench                        measure, and print the numbers'
	@echo 'make long                         kill writers 500 times on each database'
	@echo 'make fuzz FUZZ_SECONDS=600        arbitrary bytes for the parsers and questions for the routes; 60 s each unless told'
	@echo 'make error-pages                  write deploy/nginx/errors anew, after a change of their words or colours'
	@echo 'make setup                        only set up what running needs'

error-pages: $(VENV)/installed
	@$(BIN)/python -c "from pathlib import Path; from app.http import static_errors; static_errors.write(Path('deploy/nginx/errors'))"

setup: $(VENV)/installed

# The virtual environment is made anew when it is missing or its Python is gone.
$(VENV)/installed: requirements.txt | python-check
	@$(BIN)/python -c '' 2>/dev/null || { echo 'setting up: virtual environment in $(VENV)'; $(PYTHON) -m venv --clear $(VENV); }
	@echo 'setting up: packages of requirements.txt (some minutes the first time)'
	@$(PIP) install -r requirements.txt | $(call COUNT,requirements.txt)
	@touch $@

$(VENV)/installed-dev: requirements-dev.txt $(VENV)/installed
	@echo 'setting up: packages of requirements-dev.txt'
	@$(PIP) install -r requirements-dev.txt | $(call COUNT,requirements-dev.txt)
	@touch $@

python-check:
	@command -v $(PYTHON) >/dev/null || { \
		echo 'Arboretum needs Python 3.11 or newer, and there is no $(PYTHON). On Debian: apt install python3 python3-venv'; exit 1; }
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { \
		echo "Arboretum needs Python 3.11 or newer; $$($(PYTHON) --version) is too old."; \
		echo 'Install a newer one and name it: make run PYTHON=python3.11'; exit 1; }
	@$(PYTHON) -c 'import venv, ensurepip' 2>/dev/null || { \
		if $(MAY_INSTALL); then echo 'setting up: Debian package python3-venv'; $(APT_INSTALL) python3-venv; \
		else echo 'Python lacks its venv module. On Debian: apt install python3-venv'; exit 1; fi; }

# exec: the launcher takes the place of the shell, so that Ctrl-C and SIGTERM reach it.
run: setup
	@exec $(BIN)/python -m app up

browser:
	@command -v chromium >/dev/null || { \
		if $(MAY_INSTALL); then echo 'setting up: Debian package chromium (for the browser tests)'; $(APT_INSTALL) chromium; \
		else echo 'The browser tests need Chromium. On Debian: apt install chromium'; exit 1; fi; }

# The tests start a server of their own, as the user postgres where they run as root; the Debian package brings both.
postgresql:
	@command -v postgres >/dev/null || ls /usr/lib/postgresql/*/bin/postgres >/dev/null 2>&1 || { \
		if $(MAY_INSTALL); then echo 'setting up: Debian package postgresql (for the tests)'; $(APT_INSTALL) postgresql; \
		else echo 'The tests need the programs of PostgreSQL. On Debian: apt install postgresql'; exit 1; fi; }

nginx:
	@PATH="$$PATH:/usr/sbin"; command -v nginx >/dev/null || { \
		if $(MAY_INSTALL); then echo 'setting up: Debian package nginx (for the tests of the proxy)'; $(APT_INSTALL) nginx-light openssl; \
		else echo 'The tests of the proxy need nginx. On Debian: apt install nginx-light openssl'; exit 1; fi; }

systemd:
	@command -v systemd-analyze >/dev/null || { \
		if $(MAY_INSTALL); then echo 'setting up: Debian package systemd (for the tests of the units)'; $(APT_INSTALL) systemd; \
		else echo 'The tests of the units need systemd-analyze. On Debian: apt install systemd'; exit 1; fi; }

lint: $(VENV)/installed-dev
	@echo '== ruff'
	@$(BIN)/ruff check .
	@echo '== mypy'
	@$(BIN)/mypy

test: lint browser postgresql nginx systemd
	@echo '== pytest'
	@$(BIN)/python -m pytest -q -n auto

bench: setup
	@$(BIN)/python -m benchmarks

FUZZ_SECONDS ?= 60
FUZZ_SEED ?= 0
FUZZ_TARGETS := sentences registers
FUZZ_FOUND := var/fuzz

$(VENV)/installed-fuzz: requirements-fuzz.txt $(VENV)/installed
	@echo 'setting up: packages of requirements-fuzz.txt'
	@$(PIP) install -q --only-binary :all: -r requirements-fuzz.txt || { \
		echo 'atheris has no wheel for this machine and Python; tests/fuzz/README.md says what is checked instead'; exit 1; }
	@touch $@

# One input may take 5 s and the process 1 GB: more is a hang or a leak, and fails.
fuzz: $(VENV)/installed-fuzz $(VENV)/installed-dev
	@for target in $(FUZZ_TARGETS); do \
		echo "== fuzz $$target, $(FUZZ_SECONDS) s"; \
		mkdir -p $(FUZZ_FOUND)/$$target; \
		$(BIN)/python -m tests.fuzz.$${target}_target $(FUZZ_FOUND)/$$target tests/fuzz/corpus/$$target \
			-max_total_time=$(FUZZ_SECONDS) -timeout=5 -rss_limit_mb=1024 -max_len=2048 -print_final_stats=1 \
			-artifact_prefix=$(FUZZ_FOUND)/$$target-failed- || exit 1; \
	done
	@echo "== fuzz the routes for programs, $(FUZZ_SECONDS) s"
	@$(BIN)/python -m tests.fuzz.api_run $(FUZZ_SECONDS) $(FUZZ_SEED)

# Hours of accidents instead of a sample: writers killed 500 times on each database.
long: lint postgresql
	@echo '== kills'
	@KILLS=500 $(BIN)/python -m pytest -q -n 2 tests/data/store/test_kill.py
