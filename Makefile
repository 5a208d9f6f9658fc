# Everything from a fresh clone needs Python 3.11 and make, no server. `make help` lists the targets.
PYTHON ?= python3.11
VENV := .venv
BIN := $(VENV)/bin

.DEFAULT_GOAL := help
.PHONY: help setup tools run test faults bench lint format messages

help: ## this list
	@grep -hE '^[a-z]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z]+):.*## (.*)/make \1\t\2/' | expand -t 14

setup: $(VENV)/.runtime ## the environment alone (.venv)

tools: $(VENV)/.tools

$(VENV)/bin/python:
	@command -v $(PYTHON) >/dev/null || { echo "Python 3.11 is needed (PYTHON=/path/to/python3.11 make …)"; exit 1; }
	$(PYTHON) -m venv $(VENV)

$(VENV)/.runtime: requirements.txt | $(VENV)/bin/python
	$(BIN)/pip install --quiet --disable-pip-version-check --require-hashes -r requirements.txt
	@touch $@

$(VENV)/.tools: .ci/tools.txt | $(VENV)/bin/python
	$(BIN)/pip install --quiet --disable-pip-version-check --require-hashes -r .ci/tools.txt
	@touch $(VENV)/.runtime $@

run: setup ## the console with a simulated call centre, on http://127.0.0.1:8000
	@exec env DATA_DIR="$${DATA_DIR:-$(CURDIR)/var}" ALLOWED_HOSTS="$${ALLOWED_HOSTS:-127.0.0.1,localhost}" DEMO=1 $(BIN)/python .ci/own_key $(BIN)/python manage.py demo

test: tools ## every test, on the embedded default and where they answer on PostgreSQL and Redis
	@$(BIN)/python .ci/test

faults: tools ## every fault of FAULTS.md that is proven so far, the slow ones too
	@$(BIN)/python .ci/test --faults

bench: tools ## the speed figures of TARGETS.md, as a table
	@$(BIN)/python -m tests.bench

lint: tools ## format, lint, import contracts, migrations, messages
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/lint-imports
	DEBUG=1 $(BIN)/python manage.py makemigrations --check --dry-run
	$(BIN)/python static/vendor/vendor.py --check

format: tools
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

messages: tools
	DEBUG=1 $(BIN)/python manage.py makemessages --locale he --no-location --no-obsolete --ignore .venv --ignore static/vendor
	DEBUG=1 $(BIN)/python manage.py compilemessages --locale he --ignore .venv
