# Every command of the project. `make help` lists them.
# ONLY=16.1 limits check, record, live and mutants to a part; ID=62.1.1 is for new.

# The first Python that fits; another one by make PYTHON=/path/to/python.
FITS := import sys; sys.exit(not (3, 11, 5) <= sys.version_info[:3] < (3, 14))
PYTHON ?= $(shell for python in python3.11 python3.12 python3.13 python3; do \
  $$python -c "$(FITS)" 2>/dev/null && echo $$python && break; done)
PORT ?= 8000
ONLY ?=
ID ?=
SMOKE ?=
FULL ?=
RECORD ?=
KEEP ?=
STOP ?=
EXECUTOR ?= local
DB ?= postgresql
PYTEST_ARGS ?=

BIN := .venv/bin
READY := .venv/.ready
# A venv holds the path of its clone: one that moved is made anew, and so is one of a
# Python that does not fit.
VENV := $(shell head -n 2 $(BIN)/dagbook 2>/dev/null | grep -qF "$(CURDIR)/.venv/" && \
  $(BIN)/python -c "$(FITS)" 2>/dev/null && echo good)
ifneq ($(VENV),good)
.PHONY: $(READY)
endif
# Banners about the future of MkDocs are for us, not for whoever builds the site.
export NO_MKDOCS_2_WARNING := 1
export DISABLE_MKDOCS_2_WARNING := true

.PHONY: help setup serve site test live matrix airflow record check new mutants bench lighthouse lint lock clean

help: ## list the commands
	@grep -E '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed 's/:.*## /\t/' | expand -t 12

setup: $(READY) ## make .venv with everything the lock file names

$(READY): requirements.lock pyproject.toml
	@"$(PYTHON)" -c "$(FITS)" 2>/dev/null || { \
	  echo "Python 3.11.5 or later is needed, up to 3.13; found: $$("$(PYTHON)" --version 2>/dev/null || echo none)." >&2; \
	  echo "Install one, or name yours: make PYTHON=/path/to/python3.12" >&2; exit 1; }
	@test "$(VENV)" = good || { rm -rf .venv; "$(PYTHON)" -m venv .venv; }
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check "uv>=0.9"
	@echo "Installing what requirements.lock names into .venv …"
	@$(BIN)/uv pip sync --quiet --python $(BIN)/python --require-hashes requirements.lock
	@$(BIN)/uv pip install --quiet --python $(BIN)/python --no-deps --no-build-isolation --editable .
	@touch $@

serve: $(READY) ## build the site and serve it with live reload on PORT
	@exec $(BIN)/dagbook serve --port $(PORT)

site: $(READY) ## strict build into site/
	@$(BIN)/mkdocs build --strict --quiet --site-dir site || { $(BIN)/python -m dagbook.checks.configuration; exit 1; }

test: $(READY) ## everything that needs no live scheduler
	$(BIN)/pytest --numprocesses 2 --dist loadfile $(PYTEST_ARGS)

live: $(READY) ## every example on a real scheduler (ONLY=, RECORD=1, KEEP=1, STOP=1, SMOKE=1, EXECUTOR=celery, DB=sqlite)
	@exec $(BIN)/dagbook live --only "$(ONLY)" --executor $(EXECUTOR) --db $(DB) \
	  $(if $(SMOKE),--smoke) $(if $(RECORD),--record) $(if $(KEEP),--keep) $(if $(STOP),--stop)

matrix: $(READY) ## all examples on the newest patch of 3.1, 3.2 and 3.3
	$(BIN)/dagbook matrix --only "$(ONLY)"

airflow: $(READY) ## a real Airflow with all examples, to try by hand
	$(BIN)/dagbook airflow

record: $(READY) ## run the examples and rewrite the recordings whose behaviour changed
	$(BIN)/dagbook record --only "$(ONLY)"

check: $(READY) ## spec, pages, snippets, DAG parsing, guard, recordings, lint
	$(BIN)/dagbook check --only "$(ONLY)"
	$(BIN)/ruff check --quiet .
	$(BIN)/ruff format --quiet --check hooks tests dags
	$(BIN)/mypy
	$(BIN)/lint-imports --cache-dir .cache/imports --no-logo > .cache/imports.txt || { cat .cache/imports.txt; exit 1; }

new: $(READY) ## the three skeleton files of an item (ID=62.1.1)
	$(BIN)/dagbook new $(ID)

mutants: $(READY) ## how strong the examples' tests are (FULL=1: no sample)
	$(BIN)/dagbook mutants --only "$(ONLY)" $(if $(FULL),--full)

bench: $(READY) ## measure the builds and the suite, write docs/contributing/performance.md
	$(BIN)/dagbook bench

lighthouse: site ## Lighthouse of the built site, on a telephone (needs Node.js)
	$(BIN)/python -m dagbook.bench.lighthouse site

lock: ## resolve requirements.lock anew
	$(BIN)/uv pip compile pyproject.toml --group dev --universal --python-version 3.11.5 \
	  --generate-hashes --no-emit-index-url --no-emit-find-links --no-annotate \
	  --custom-compile-command "make lock" --output-file requirements.lock --upgrade

clean: ## remove everything that can be made again
	rm -rf site .cache .venv
