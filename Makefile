# Muster. `make` or `make help` lists what there is.
.DEFAULT_GOAL := help
MAKEFLAGS += --no-print-directory
SHELL := /bin/sh

# platform/ is a source root, not a package: see tests/test_layout.py.
export PYTHONPATH := $(CURDIR):$(CURDIR)/platform
# Where compiled code is not kept, each process compiles Muster anew, which takes longer than the rest of its start.
export PYTHONDONTWRITEBYTECODE :=

# The first Python that is new enough; `make demo PYTHON=/path/to/python3` names another.
PYTHON = $(shell for python in python3.13 python3.12 python3.11 python3; do \
	$$python -c 'import sys; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1 && echo $$python && break; done)
PY := .venv/bin/python
INSTALL = $(or $(PYTHON),$(error Muster needs Python 3.11 or newer, and none was found. Install it, or name it: \
	make $(MAKECMDGOALS) PYTHON=/path/to/python3)) -I platform/runtime/installation.py
BROWSER = MUSTER_CHROMIUM="$$($(PY) -m tests.chromium)"
PACKAGES := platform campaigns destinations

##@ Try it

.PHONY: demo
demo: install ## Start everything, load the demo tenants, send a first campaign (ONCE=1: check it and stop)
	@$(PY) manage.py demo $(if $(ONCE),--once)

.PHONY: run
run: install ## Serve web, worker and beat without the demo, until Ctrl-C
	@$(PY) manage.py migrate --database owner --verbosity 0 && $(PY) -m runtime run

.PHONY: up
up: install ## Start PostgreSQL and Valkey only; they go on running
	@$(PY) -m runtime up && $(PY) -m runtime status

.PHONY: stop
stop: install ## Stop everything that runs in this folder; the data stays
	@$(PY) -m runtime stop && $(PY) -m runtime status

.PHONY: shell
shell: install ## A Python shell with Muster loaded
	@$(PY) manage.py shell

##@ Test it

.PHONY: test
test: install-dev ## Run the tests, browser included (T=path runs one, in one process)
	@$(BROWSER) $(PY) -m pytest $(if $(T),$(T) -n 0)

.PHONY: test-long
test-long: install-dev ## Run what takes longer: large imports, storms, kills
	@$(BROWSER) $(PY) -m pytest -m long $(if $(T),$(T) -n 0)

.PHONY: chaos
chaos: install-dev ## Kill workers at random points of a send (KILLS=200 for more than 20)
	@MUSTER_KILLS=$(or $(KILLS),20) $(PY) -m pytest -m chaos -n 0

.PHONY: bench
bench: install-dev ## Measure speed and cost, write .muster/bench.json (B=delivery measures one part)
	@$(PY) -m pytest -m bench -n 0 -p no:randomly tests/bench$(if $(B),/test_$(B).py)

##@ Work on it

.PHONY: check
check: install-dev ## Lint, format, types, layers, templates, Django's checks, missing migrations
	@test ! -e platform/__init__.py || { echo "platform/__init__.py would shadow the standard library"; exit 1; }
	$(PY) -m ruff check
	$(PY) -m ruff format --check
	$(PY) -m mypy .
	.venv/bin/lint-imports
	$(PY) -m djlint --quiet --lint $(PACKAGES)
	$(PY) manage.py check
	$(PY) manage.py makemigrations --check --dry-run

.PHONY: screenshots
screenshots: install-dev ## Take the pictures of docs/images anew, from a demo that runs (OPTIONS=--help lists more)
	@$(BROWSER) $(PY) docs/screenshots.py $(OPTIONS)

.PHONY: format
format: install-dev ## Put code in the house format, and mend what can be mended
	$(PY) -m ruff check --fix-only
	$(PY) -m ruff format

.PHONY: lock
lock: install-dev ## Resolve requirements*.in into requirements*.txt
	for file in requirements requirements-dev; do \
		CUSTOM_COMPILE_COMMAND="make lock" $(PY) -m piptools compile --quiet --strip-extras --no-emit-find-links \
			--no-emit-index-url --no-emit-trusted-host --output-file $$file.txt $$file.in || exit 1; done

.PHONY: install
install: .venv/installed ## Make .venv with what Muster runs on

.PHONY: install-dev
install-dev: .venv/installed-dev ## The same, with the tools to test and check it

.PHONY: clean
clean: ## Stop everything, remove .venv and caches; the data in .muster stays
	@test ! -e .venv/installed || $(PY) -m runtime stop
	rm -rf .venv .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis staticfiles
	find $(PACKAGES) tests -name __pycache__ -prune -exec rm -rf {} +

.PHONY: help
help: ## List these
	@awk 'BEGIN { FS = ":.*## " } \
		/^##@/ { printf "\n%s\n", substr($$0, 5) } \
		/^[a-z-]+:.*## / { printf "  make %-12s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

.venv/installed: requirements.txt
	@$(INSTALL) requirements.txt
	@touch $@

.venv/installed-dev: requirements-dev.txt .venv/installed
	@$(INSTALL) requirements-dev.txt
	@touch $@
