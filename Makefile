# Concern Atlas. `make run` opens the dashboard, `make test` runs every check; both install what they need first.
# Only Python 3.11 and make are expected; a Node comes from npm on the path, or else from a Python package.

PYTHON ?= $(shell command -v python3.11 || command -v python3)
NPM ?= $(shell command -v npm)
PORT ?= 8501
ADDRESS ?= 127.0.0.1
WORKERS ?= 2
BIN := .venv/bin
# The lock files are whole, so nothing is left to resolve: a newer release of an extra cannot break an older lock.
PIP := $(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes --no-deps
CODE := concerns geo loaders pages dashboard.py static tests

.PHONY: help setup run run-public test test-slow lint bench fuzz sbom messages programs clean

help:  ## Say what each target does
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## /  make \1\t/' | expand -t 20

setup: .venv/run.stamp static/vendor/versions.json  ## Install what the dashboard needs

run: setup  ## Open the dashboard, with synthetic reports if the store is empty
	@$(BIN)/python -m loaders demo --only-if-empty
	@$(BIN)/streamlit run dashboard.py --server.port $(PORT)

run-public: setup  ## Show the published release alone: data/release/, or the folder that CONCERN_ATLAS_RELEASE names
	@CONCERN_ATLAS_MODE=public $(BIN)/streamlit run dashboard.py --server.port $(PORT) --server.address $(ADDRESS)

test: setup .venv/dev.stamp programs  ## Run all checks, the browser ones included (about ten minutes)
	@$(MAKE) --no-print-directory lint
	@$(BIN)/python -m pytest -q -n $(WORKERS) --dist loadgroup -m "not slow" --cov --cov-report=term:skip-covered

test-slow: setup .venv/dev.stamp programs  ## Run the long forms of the checks
	@$(BIN)/python -m pytest -q -m slow

lint: .venv/dev.stamp  ## Check style, types and known dangers
	@$(BIN)/ruff check $(CODE)
	@$(BIN)/ruff format --check $(CODE)
	@$(BIN)/mypy
	@$(BIN)/bandit --quiet --recursive --severity-level medium --configfile pyproject.toml concerns geo loaders pages static dashboard.py

bench: setup .venv/dev.stamp .venv/bench.stamp programs  ## Measure against the peers: a table, and build/bench.json
	@$(BIN)/python -m tests.benchmarks

fuzz: setup .venv/dev.stamp  ## Feed broken files to the readers until time is up
	@$(BIN)/python -m tests.fuzz

sbom: .venv/sbom.stamp  ## List every package that is shipped, as CycloneDX files in build/
	@mkdir -p build
	@.venv/sbom/bin/cyclonedx-py requirements requirements.txt --output-file build/sbom-python.json
	@PATH="$(CURDIR)/$(BIN):$$PATH" $(or $(NPM),$(BIN)/npm) sbom --package-lock-only --sbom-format cyclonedx > build/sbom-browser.json

messages: .venv/run.stamp  ## Bring the catalogues up to date with the source; then translate what is new
	@$(BIN)/pybabel --quiet extract --keywords marked --no-location --sort-output --omit-header --width 120 \
		--output-file locale/atlas.pot pages dashboard.py
	@for code in ar ckb; do \
		$(BIN)/pybabel --quiet update --no-fuzzy-matching --ignore-obsolete --width 120 --domain atlas \
			--input-file locale/atlas.pot --output-dir locale --locale $$code; \
		sed -i -E '/^"(Report-Msgid|POT-Creation|PO-Revision|Last-Translator|Language-Team|Generated-By)/d' \
			locale/$$code/LC_MESSAGES/atlas.po; done

.venv/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info[:2] != (3, 11))' || \
		{ echo "Python 3.11 is needed; say where it is: make PYTHON=/path/to/python3.11" >&2; exit 2; }
	@$(PYTHON) -m venv .venv || { echo "Python's venv is missing; on Debian: apt-get install python3-venv" >&2; exit 2; }

.venv/run.stamp: requirements.txt | .venv/bin/python
	@echo "Installing the Python packages (a minute or two)"
	@$(PIP) -r requirements.txt
	@touch $@

.venv/dev.stamp: requirements-dev.txt .venv/run.stamp
	@echo "Installing what the checks need"
	@$(PIP) -r requirements-dev.txt
	@touch $@

.venv/bench.stamp: requirements-bench.txt .venv/dev.stamp
	@echo "Installing the peers that are measured beside us (250 MB)"
	@$(PIP) -r requirements-bench.txt
	@touch $@

.venv/sbom.stamp: requirements-sbom.txt | .venv/bin/python
	@$(BIN)/python -m venv .venv/sbom
	@.venv/sbom/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-sbom.txt
	@touch $@

static/vendor/versions.json: package-lock.json .npmrc static/build.py | .venv/run.stamp
	@echo "Installing Leaflet and the fonts"
	@PATH="$(CURDIR)/$(BIN):$$PATH" $(or $(NPM),$(BIN)/npm) ci --loglevel error
	@$(BIN)/python static/build.py

# What the checks drive besides our own server: a browser, and the proxy of the deployment example.
programs:
	@wanted=; \
	{ command -v chromium || command -v chromium-browser || command -v google-chrome; } > /dev/null || wanted=chromium; \
	PATH="$$PATH:/usr/sbin" command -v nginx > /dev/null || wanted="$$wanted nginx-light"; \
	[ -n "$$wanted" ] || exit 0; \
	if [ "$$(id -u)" = 0 ]; then as=; elif sudo -n true 2> /dev/null; then as=sudo; else \
		echo "Some checks need programs. Install them, on Debian: apt-get install $$wanted" >&2; \
		case "$$wanted" in chromium*) exit 2;; *) exit 0;; esac; fi; \
	echo "Installing for the checks: $$wanted"; \
	$$as apt-get -qq update && $$as apt-get -qq install --yes --no-install-recommends $$wanted > /dev/null

clean:  ## Remove what set-up made; the store stays
	@rm -rf .venv node_modules static/vendor build
