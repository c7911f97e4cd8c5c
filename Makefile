# Everything a newcomer types. Each target sets up what it needs in .venv, the first time over the network.
PYTHON ?= python3
BIN = .venv/bin
LOCALE = src/outreachbot/views/locale
CATALOGUES = $(patsubst %.po,%.mo,$(wildcard $(LOCALE)/*/LC_MESSAGES/messages.po))
PIP = $(BIN)/pip install --quiet --disable-pip-version-check

.PHONY: help demo run content test test-fast coverage check bench words lock clean
.DEFAULT_GOAL = help

help:  ## this list
	@sed -n 's/^\([a-z-]*\):.*  ## \(.*\)/  make \1|\2/p' $(MAKEFILE_LIST) | awk -F'|' '{ printf "%-18s %s\n", $$1, $$2 }'

demo: .venv/ready $(CATALOGUES)  ## a local Telegram with the bot in it, in your browser; no token needed
	$(BIN)/outreachbot demo $(if $(PORT),--port $(PORT)) $(if $(CHATS),--chats $(CHATS)) $(if $(PACE),--pace $(PACE))

run: .venv/ready $(CATALOGUES)  ## the bot on Telegram; needs OUTREACHBOT_TOKEN
	$(BIN)/outreachbot run

test: .venv/ready-dev $(CATALOGUES)  ## all tests
	$(BIN)/pytest -n auto --dist worksteal

test-fast: .venv/ready-dev $(CATALOGUES)  ## the tests that need no PostgreSQL and no running program, in under a minute
	$(BIN)/pytest -n auto --dist worksteal -m fast

content: .venv/ready $(CATALOGUES)  ## every fault of content.yaml, with its line and column
	$(BIN)/outreachbot check

coverage: .venv/ready-dev $(CATALOGUES)  ## all tests, and which lines and branches they run
	$(BIN)/pytest -n auto --dist worksteal --cov --cov-report=term

check: .venv/ready-dev $(CATALOGUES)  ## lint, types, the layout of the code and the shipped content
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/pytest -q tests/test_layout.py
	$(BIN)/outreachbot check

bench: .venv/ready-dev $(CATALOGUES)  ## speed and memory, side by side with other bots
	$(BIN)/python -m benchmarks

words: .venv/ready  ## after a change of the program's words: then translate what is empty in the catalogues (LANGUAGE=fa begins one)
	PYTHONPATH=. $(BIN)/pybabel -q extract --mapping-file tools/babel.cfg --no-wrap --add-location file --project outreachbot --version 1 --output-file $(FOUND) src/outreachbot
	$(if $(LANGUAGE),$(BIN)/pybabel -q init --no-wrap --input-file $(FOUND) --output-dir $(LOCALE) --locale $(LANGUAGE))
	$(BIN)/pybabel -q update --no-wrap --no-fuzzy-matching --ignore-obsolete --ignore-pot-creation-date --input-file $(FOUND) --output-dir $(LOCALE)
FOUND = .venv/messages.pot

lock: .venv/ready-dev  ## renew the locked requirements; needs uv
	uv pip compile pyproject.toml --group build --extra postgres $(LOCK) -o requirements.txt
	uv pip compile pyproject.toml --group build --group dev --extra postgres -c requirements.txt $(LOCK) -o requirements-dev.txt
LOCK = -q --upgrade --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header --no-annotate

$(LOCALE)/%/LC_MESSAGES/messages.mo: $(LOCALE)/%/LC_MESSAGES/messages.po .venv/ready
	@$(BIN)/pybabel -q compile --input-file $< --output-file $@

clean:
	rm -f $(CATALOGUES)
	rm -rf .venv .mypy_cache .pytest_cache .ruff_cache

.venv/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
		|| { echo "outreachbot needs Python 3.11 or newer: make PYTHON=/path/to/python3.11 $(MAKECMDGOALS)"; exit 1; }
	@# Half a .venv must not stay: the next call would take it for a whole one.
	@$(PYTHON) -m venv .venv || { rm -rf .venv; \
		echo "Python can't make a .venv here; on Debian and Ubuntu it can after: sudo apt install python3-venv"; exit 1; }

NOT_YET = echo "not everything could be installed, for the reason above: check the network and try again"; exit 1

.venv/ready: .venv/bin/python requirements.txt pyproject.toml
	@echo "setting up .venv (the first time about a minute; this needs the network) ..."
	@$(PIP) --require-hashes -r requirements.txt || { $(NOT_YET); }
	@$(PIP) --no-build-isolation --no-deps --editable . || { $(NOT_YET); }
	@touch $@

.venv/ready-dev: .venv/ready requirements-dev.txt
	@echo "adding the tools for tests and checks to .venv (the first time about a minute; this needs the network) ..."
	@$(PIP) --require-hashes -r requirements-dev.txt || { $(NOT_YET); }
	@touch $@
