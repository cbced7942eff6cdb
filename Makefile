# Everything a person does with this checkout, by name. `make` alone lists it.

PY := .venv/bin/python
BIN := .venv/bin
# Extra words for pytest: make test-fast ARGS='-k refund'
ARGS ?=

.DEFAULT_GOAL := help
.PHONY: help demo demo-reset test test-fast lint format messages bench docs screenshots venv lock clean

help: ## list these commands
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-12s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

demo: .venv/demo.stamp ## run a restaurant to play with (PORT=8000 moves it; Ctrl-C stops it)
	@exec $(PY) -m duitpos.cli demo

demo-reset: .venv/demo.stamp ## throw the demo's data away, then run it
	@exec $(PY) -m duitpos.cli demo --reset

test: .venv/dev.stamp ## everything: lint, both databases, browser (minutes)
	@exec $(PY) -m tests.support.run all -- $(ARGS)

test-fast: .venv/dev.stamp ## SQLite, no browser, nothing slow (under 45 s)
	@exec $(PY) -m tests.support.run fast -- $(ARGS)

lint: .venv/dev.stamp ## style, types, import contracts, house rules, migrations
	@exec $(PY) -m scripts.lint

format: .venv/dev.stamp ## mend what ruff can mend
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

messages: .venv/dev.stamp ## bring the translations up to date with the code, and compile them
	@exec $(PY) -m scripts.messages

bench: .venv/dev.stamp ## measure, and write bench/results/
	@exec $(PY) -m bench

docs: .venv/dev.stamp ## build the user guide into build/docs
	@NO_MKDOCS_2_WARNING=1 $(PY) -m mkdocs build --strict --quiet
	@echo "The guide is in build/docs. To read it: $(PY) -m http.server --directory build/docs"

screenshots: .venv/dev.stamp ## take the pictures of README and guide from the real pages
	@exec $(PY) -m scripts.screenshots

venv: .venv/dev.stamp ## only make .venv with everything for development

lock: .venv/dev.stamp ## make requirements/*.txt anew from pyproject.toml
	scripts/lock

clean: ## remove what was made here (.venv and caches; the demo's data in var/ stays)
	rm -rf .venv .cache .hypothesis build dist src/*.egg-info
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

.venv/demo.stamp: requirements/demo.txt pyproject.toml
	@scripts/venv demo

.venv/dev.stamp: requirements/dev.txt pyproject.toml
	@scripts/venv dev
