# One command each; `make help` lists them. CI runs `make test` and `make lint`, nothing else.

PYTHON ?= python3
UV_VERSION := 0.13.9
UV := .tools/uv-$(UV_VERSION)/bin/uv
STAMP := .venv/.atrium
UI := ui/node_modules/.atrium
export UV_PROJECT_ENVIRONMENT := .venv

.DEFAULT_GOAL := help
.PHONY: help up down test test-fast lint generate bench ui ui-dev storybook chromium

help: ## Show this list.
	@awk -F ':.*## ' '/^[a-z-]+:.*## /{printf "%-10s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

up: $(STAMP)-up ## Install what is missing and start the platform; ARGS=--detach returns once it is ready.
	@$(MAKE) --no-print-directory ui || \
		echo "The web application could not be built: see above. The platform starts all the same; make ui tries again." >&2
	@.venv/bin/python -m actors up $(ARGS)

down: $(STAMP)-up ## Stop the platform.
	@.venv/bin/python -m actors down $(ARGS)

test: $(STAMP)-dev $(UI)-dev $(UI)-built chromium ## Run all tests; ARGS go to pytest.
	@.venv/bin/python -m tests.mariadb
	@.venv/bin/python -m tests $(ARGS)

test-fast: $(STAMP)-dev $(UI)-dev ## Run the tests that start no server and no browser.
	.venv/bin/python -m pytest -m "not live" $(ARGS)

lint: $(STAMP)-dev $(UI)-dev ## Check style, types, imports, protos and that generated code is fresh.
	.ci/lint

generate: $(STAMP)-dev $(UI)-dev ## Generate actors/api and ui/src/api from protos/.
	.venv/bin/python protos/generate.py

ui: $(UI)-built ## Build the web application if its sources changed; the next `make up` serves it.

ui-dev: $(UI)-dev ## Serve the web application from its sources at :5173; ATRIUM_EDGE is the running platform's address.
	ui/npm run --silent dev

storybook: $(UI)-dev ## Build the design system's pages into ui/storybook-static.
	ui/npm run --silent storybook

bench: $(STAMP)-dev ## Measure, print a table and keep it; ARGS such as `--quick a b`.
	.venv/bin/python -m bench $(ARGS)

# An installation for development also serves to run the platform, so the second never takes the first away.
# Compiled bytecode halves the start: Ray alone imports two thousand modules, in every process.
$(STAMP)-up: pyproject.toml uv.lock | $(UV)
	$(UV) sync --quiet --frozen --inexact --compile-bytecode --extra embedded
	@touch $@

$(STAMP)-dev: pyproject.toml uv.lock | $(UV)
	$(UV) sync --quiet --frozen --compile-bytecode --extra embedded --group dev
	@touch $@ $(STAMP)-up

# What builds the application is less than what tests it. An installation for development serves for both.
$(UI)-installed: ui/package.json ui/package-lock.json | $(STAMP)-up
	@echo "Installing what the web application is built with (once, some 20 s)."
	@ui/npm ci --omit=dev --loglevel=error
	@touch $@

$(UI)-dev: ui/package.json ui/package-lock.json | $(STAMP)-up
	@echo "Installing what the web application is built and tested with (once, some 30 s)."
	@ui/npm ci --loglevel=error
	@touch $@ $(UI)-installed

$(UI)-built: $(UI)-installed $(shell find ui/src ui/public ui/build ui/index.html ui/vite.config.ts)
	@echo "Building the web application."
	@ui/npm run --silent build
	@touch $@

chromium:
	@.ci/chromium

$(UV):
	@$(PYTHON) -m pip --version >/dev/null 2>&1 || $(PYTHON) -m venv .tools/pip || \
		{ echo "Python has neither pip nor venv: install python3-pip or python3-venv, then try again." >&2; exit 1; }
	@if [ -x .tools/pip/bin/python ]; then python=.tools/pip/bin/python; else python=$(PYTHON); fi; \
	$$python -m pip install --quiet --disable-pip-version-check --target .tools/uv-$(UV_VERSION) uv==$(UV_VERSION)
