# Everything is prepared by scripts/house.py, which does each step once and again only when what it is made from changes.
# It needs Python 3.11 or newer and nothing else.

PYTHON ?= $(shell for candidate in python3 python3.14 python3.13 python3.12 python3.11 python; do \
	if $$candidate -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then command -v $$candidate; break; fi; done)
HOUSE = @test -n "$(PYTHON)" || { echo "Dangol needs Python 3.11 or newer; none was found on PATH." >&2; exit 1; }; \
	exec "$(PYTHON)" scripts/house.py

.DEFAULT_GOAL := help
.PHONY: help setup run test bench chaos lint format lock clean

help: ## List the targets
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "  make %-8s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)
	@echo
	@echo "  PORT=8000, DEMO_MEMBERS=3000 and DANGOL_DATABASE_URL are honoured, e.g. make run PORT=9000"

setup: ## Prepare everything that `run` needs, without running
	$(HOUSE) setup

run: ## Prepare what is missing, load demo data the first time, serve in demo mode
	$(HOUSE) run

test: ## Run every test: Python on SQLite and PostgreSQL, browser, PWA (ARGS="-k name" goes to pytest)
	$(HOUSE) test $(ARGS)

bench: ## Run the benchmarks, each printing one JSON line (ONLY=name for one)
	$(HOUSE) bench $(ONLY)

chaos: ## Kill, cut, restore and revoke (ARGS="--tablets 50 --mutations 20000 --kills 20 --database postgresql")
	$(HOUSE) chaos $(ARGS)

lint: ## Check style, types, import contracts, the OpenAPI document and the lock files
	$(HOUSE) lint

format: ## Format, and fix what can be fixed by machine
	$(HOUSE) format

lock: ## Renew the lock files from pyproject.toml and pwa/package.json
	$(HOUSE) lock

clean: ## Remove what was built; the database in var/ stays
	rm -rf .make .venv pwa/node_modules pwa/dist

export PORT DEMO_MEMBERS DANGOL_DATABASE_URL
