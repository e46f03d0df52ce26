# The two commands: `make run` and `make test`. Everything they need is installed into .venv.

PYTHON ?= python3
BIN := .venv/bin
export PYTHONUNBUFFERED := 1

# Checks read the settings; they get folders of their own, never this machine's .env, keys or database.
CHECKS := $(CURDIR)/.venv/checks
SAFE := ENV_FILE=/dev/null DATABASE_URL= SECRET_KEY= SITE_URL=https://www.example.jp \
	DATA_DIR=$(CHECKS)/var KEYS_DIR=$(CHECKS)/keys OUTGOING_DIR=$(CHECKS)/outgoing \
	ERASURES_DIR=$(CHECKS)/erasures SPOOL_DIR=$(CHECKS)/var/spool
PYTEST := $(BIN)/python -m pytest -q

.DEFAULT_GOAL := help
.NOTPARALLEL:
.PHONY: help run test check bench faults lock messages clean python installed tools chromium \
	lint format types models settings unit unit-postgresql script browser

help: ## Show these lines
	@grep -hE '^[a-z]+:.*## ' Makefile | sed -E 's/:.*## /	/' | expand -t 12

run: installed ## Install, prepare and serve the site at http://localhost:8000 (PORT=8001 for another port)
	@exec $(BIN)/python manage.py serve

test: tools chromium lint format types models settings unit unit-postgresql script browser ## Test everything, on SQLite and PostgreSQL and in a browser
	@echo "All tests passed."

check: tools lint format types models settings unit ## Test the fast part: lint, types, unit and page tests on SQLite
	@echo "All checks passed."

bench: tools chromium ## Measure requests per second, page weight and how busy a phone is
	@$(BIN)/python -m tests.benchmarks

faults: tools ## Send inquiries while everything is killed, stopped and locked at random; count what is lost
	@$(BIN)/python -m tests.faults

lock: tools ## Write the lock files anew from pyproject.toml
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check uv
	@cd $(CURDIR) && for extra in "" "-test"; do \
		$(BIN)/uv pip compile --quiet --generate-hashes --no-emit-index-url --no-header --python-version 3.11 --upgrade \
			$${extra:+--extra test --constraint requirements.txt} pyproject.toml -o requirements$$extra.txt || exit 1; \
	done

messages: tools ## Gather the sentences to translate and compile the catalogue (needs gettext)
	@$(SAFE) $(BIN)/python manage.py makemessages --locale ja --no-location --ignore .venv
	@$(SAFE) $(BIN)/python manage.py compilemessages --ignore .venv

clean: ## Remove what was installed and gathered; the database, keys and mails stay
	@rm -rf .venv .mypy_cache .ruff_cache .pytest_cache .hypothesis var/static var/static.digest
	@find . -name __pycache__ -type d -prune -exec rm -rf {} +

python:
	@command -v $(PYTHON) >/dev/null || { echo "Python is missing; install it: apt install python3 python3-venv" >&2; exit 1; }

installed: python
	@$(PYTHON) -I occtosite/install.py requirements.txt

tools: python
	@$(PYTHON) -I occtosite/install.py requirements-test.txt

chromium:
	@$(BIN)/python -m tests.plugins.chromium

lint:
	@echo "== Lint"
	@$(BIN)/ruff check --quiet .
	@$(BIN)/djade --check --target-version 5.2 $$(git ls-files 'templates/*.html')

format:
	@echo "== Format"
	@$(BIN)/ruff format --check --quiet .

types:
	@echo "== Types"
	@$(SAFE) $(BIN)/mypy .

models:
	@echo "== Migrations"
	@$(SAFE) $(BIN)/python manage.py makemigrations --check --dry-run

settings:
	@echo "== Settings in production form"
	@$(SAFE) $(BIN)/python manage.py check --deploy --fail-level WARNING

unit:
	@echo "== Unit and page tests on SQLite"
	@$(PYTEST) -n 2 -m "not browser"

unit-postgresql:
	@echo "== Unit and page tests on PostgreSQL"
	@TEST_DATABASE=postgresql $(PYTEST) -n 2 -m "not browser"

script:
	@if command -v node >/dev/null; then echo "== Tests of the script" && node --test --test-reporter=spec tests/js/*.test.mjs; \
		else echo "== Tests of the script: left out, there is no node here"; fi

browser:
	@echo "== Tests in a browser"
	@$(PYTEST) -m browser
