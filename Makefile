# One word per habit. `make serve` and `make test` work on a fresh machine with Python 3.11+.
PORT ?= 8080
BENCH ?= current-view
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
# The environment with what the programs need, and the same with what tests and checks need besides.
READY := $(VENV)/.ready
DEVELOPMENT := $(VENV)/.ready-for-development

.PHONY: editor serve test test-slow check check-style build golden bench setup install clean

serve:
	@$(MAKE) --no-print-directory --jobs=2 build editor
	$(BIN)/begrepp serve --port $(PORT)

build: install
	$(BIN)/begrepp build

# One worker per processor, at most four. All tests of a file run in one worker, which makes its fixtures once.
test: setup
	$(BIN)/python -m pytest -q -n logical --maxprocesses 4 --dist loadfile

# Sequential: some tests measure time, and some use all the memory that they are allowed.
test-slow: setup
	$(BIN)/python -m pytest -q -m slow

# The SPARQL editor of the web page, built with npm if npm is installed; without it the page has a text field.
EDITOR := server/static/editor
editor: $(EDITOR)/editor.js

$(EDITOR)/editor.js: $(wildcard server/editor/*.js) server/editor/package.json
	@if command -v npm >/dev/null; then \
	  cd server/editor && npm install --silent --no-audit --no-fund --no-package-lock && \
	  rm -rf ../static/editor && npm run --silent build -- --log-level=error \
	  || echo "npm could not build the editor: /sparql is served with a plain text field."; \
	else echo "npm is not installed: /sparql is served with a plain text field instead of the editor."; fi

check-style: setup
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports

check: check-style test

golden: setup
	$(BIN)/python -m tests.golden $(NAME)

bench: setup
	$(BIN)/python -m bench $(BENCH) data

install: $(READY)

setup: $(DEVELOPMENT)

# uv installs in a third of the time of pip; it is itself installed with pip.
$(READY): pyproject.toml constraints.txt
	$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "begrepp needs Python 3.11 or newer; say make PYTHON=python3.11")'
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt uv
	$(BIN)/uv pip install --quiet --python $(BIN)/python -c constraints.txt -e .
	touch $(READY)

$(DEVELOPMENT): $(READY)
	$(BIN)/uv pip install --quiet --python $(BIN)/python -c constraints.txt -e '.[dev]'
	touch $(DEVELOPMENT)

clean:
	rm -rf $(VENV) .mypy_cache .pytest_cache .ruff_cache
