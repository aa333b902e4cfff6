# make demo    a page on a translator at work, your own in training beside it     ARGS=--no-input: no page
# make test    all tests, with coverage
# make check   format, lint, types, of the program and of its page
# make docs    the site of the docs, in build/site
# make bench   speeds beside other implementations, about an hour     ARGS="--data FOLDER" or --quick
# make site    site/, for any static host: the carried model as a page, and the docs
# make wheel-test   build the wheel, install it into a clean environment, use it there
# make setup   what each of these does first: .venv with everything that it needs
#
# PIP_ARGS is passed to pip: another index for torch's CPU build, a proxy, and so on.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PIP_ARGS ?=
ARGS ?=
HANDOUT := --live --tour five-minutes --tour lesson --tour everything \
	--sentence "because it was too wide, the animal did not cross the street" \
	--sentence "because it was too tired, the animal did not cross the street"
PYTEST = OMP_NUM_THREADS=1 $(BIN)/python -m pytest -n $$($(BIN)/python -c 'import os; print(min(os.cpu_count() or 1, 4))')
SOURCES := pyproject.toml constraints.txt
CODE := src tests benchmarks tools hatch_build.py web/page.py
PAGE := src/glassformer/web/.made-from
PAGE_SOURCES := $(wildcard web/*.json web/*.html web/*.ts) $(shell find web/src) docs/told.md docs/told.fr.md
NODE = $(BIN)/python web/page.py needs | xargs -r $(BIN)/pip install --quiet $(PIP_ARGS)

.PHONY: demo test check docs bench site wheel-test setup dev clean
.DELETE_ON_ERROR:

demo: setup
	$(BIN)/glassformer demo $(ARGS)

test: dev
	$(BIN)/python web/page.py run test
	@command -v chromium >/dev/null || command -v chromium-browser >/dev/null || \
		echo "No Chromium here: the tests of the page in a browser are skipped (Debian: apt install chromium)."
	$(PYTEST) --ignore tests/browser --cov --cov-report=term:skip-covered $(ARGS)
	$(PYTEST) tests/browser $(ARGS)  # apart: what counts lines makes the page's program slow

check: dev
	$(BIN)/ruff format --check $(CODE)
	$(BIN)/ruff check $(CODE)
	$(BIN)/mypy
	$(BIN)/python tools/schema.py --check
	$(BIN)/python web/page.py run check

docs: dev
	$(BIN)/python tools/docs.py build build/site

bench: $(VENV)/installed-bench
	$(BIN)/python benchmarks/speed.py $(ARGS)

site: dev
	$(BIN)/glassformer handout $(HANDOUT) -o build/explorer.html
	$(BIN)/python tools/docs.py build site build/explorer.html
	@touch site/.nojekyll  # or GitHub's pages leave out what begins with _
	@echo "site/ is whole: open site/index.html, or put the folder on any static host."

wheel-test: dev
	rm -rf build/wheel && mkdir -p build/wheel
	$(BIN)/python -m build --outdir build/wheel . >build/wheel/log 2>&1 || (cat build/wheel/log; exit 1)
	$(PYTHON) -m venv build/wheel/venv
	build/wheel/venv/bin/pip install --quiet $(PIP_ARGS) -c constraints.txt build/wheel/*.whl
	cd build/wheel && PATH=$$PWD/venv/bin:$$PATH sh ../../tests/try_installed.sh

setup: $(VENV)/installed $(PAGE)
dev: $(VENV)/installed-dev $(PAGE)

$(VENV)/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
		{ echo "Python 3.11 or newer is needed; $(PYTHON) is $$($(PYTHON) --version). Give another: make demo PYTHON=python3.12"; exit 1; }
	@$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null || \
		{ echo "Python's venv is missing. On Debian: apt install python3-venv"; exit 1; }
	$(PYTHON) -m venv $(VENV)

$(VENV)/installed: $(SOURCES) | $(VENV)/bin/python
	@echo "Fetching the packages that Glassformer needs, into $(VENV): torch (0.2 GB for its CPU build,"
	@echo "up to 3 GB with CUDA) and about 0.1 GB of others. The README says how to take the CPU build."
	$(BIN)/pip install --quiet $(PIP_ARGS) -c constraints.txt -e .
	@touch $@

$(VENV)/installed-dev: $(VENV)/installed
	@echo "Fetching what tests and checks need as well: about 0.1 GB."
	$(BIN)/pip install --quiet $(PIP_ARGS) -c constraints.txt -e '.[dev]'
	@$(NODE)
	@touch $@

# JoeyNMT is old and asks for much: where it does not install, the others are compared without it.
$(VENV)/installed-bench: $(VENV)/installed
	@echo "Fetching the implementations to compare with: about 0.2 GB."
	$(BIN)/pip install --quiet $(PIP_ARGS) -c constraints.txt -e '.[bench]'
	-$(BIN)/pip install --quiet $(PIP_ARGS) -c constraints.txt joeynmt==2.3.0 importlib_metadata
	@touch $@

# The installation makes the page too; this makes it anew where its sources have changed.
$(PAGE): $(PAGE_SOURCES) | $(VENV)/installed
	@$(NODE)
	$(BIN)/python web/page.py build

clean:
	rm -rf $(VENV) src/glassformer/web web/node_modules build site dist .pytest_cache .mypy_cache .ruff_cache .hypothesis
