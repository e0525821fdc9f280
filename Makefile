# `make demo` and `make test` do everything on a machine with Python 3.11 to 3.13, pip and make.
# The first of them makes .venv and installs the pinned versions; later ones find that done.

ENVIRONMENT := .venv
BIN := $(ENVIRONMENT)/bin
INSTALLED := $(ENVIRONMENT)/installed
SUITABLE := import sys, venv, ensurepip; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 13))
PYTHON ?= $(shell for name in python3.11 python3.12 python3.13 python3 python; do \
	"$$name" -c '$(SUITABLE)' 2>/dev/null && { echo "$$name"; break; }; done)
WITHOUT_JIT := not compiled and not science and not golden
WITH_JIT := compiled or science or golden

.PHONY: help install demo test lint format bench bench-tools bench-docs docs golden clean

help:
	@echo "make demo     compare three policies in 32 worlds, and write results/demo/report.html"
	@echo "make test     run all tests"
	@echo "make lint     check style and types"
	@echo "make format   set the style right"
	@echo "make bench    measure speed beside its goals, other tools and the machine's limits, in ten minutes;"
	@echo "              make bench-tools installs more of the tools, make bench-docs writes docs/performance.md"
	@echo "make docs     write the tables of docs/model.md again"
	@echo "make golden   keep new golden digests, after MODEL_VERSION was raised"
	@echo "make clean    remove .venv and caches; results stay"

install: $(INSTALLED)

$(INSTALLED): pyproject.toml constraints.txt
	@test -n "$(PYTHON)" || { echo "Python 3.11, 3.12 or 3.13 is needed, with venv and pip: make PYTHON=/path/to/it"; exit 1; }
	@echo "Making $(ENVIRONMENT) with $$("$(PYTHON)" --version), and installing the versions of constraints.txt."
	@echo "This happens once and takes about a minute or two."
	"$(PYTHON)" -m venv $(ENVIRONMENT)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --constraint constraints.txt --editable ".[dev]"
	@touch $@

demo: $(INSTALLED)
	@echo "The baseline, three policies, and all three together, each in 32 worlds of 480 people over three years."
	$(BIN)/watercooler sweep study=demo
	@echo "Open results/demo/report.html in a browser."

test: $(INSTALLED)
	@echo "1 of 2: small worlds in plain Python, where coverage sees every line of every kernel."
	NUMBA_DISABLE_JIT=1 $(BIN)/python -m pytest -n auto --dist loadfile -m "$(WITHOUT_JIT)" \
		--cov --cov-report=term:skip-covered --cov-fail-under=90
	@echo "2 of 2: theory, significance, golden digests, threads and caches, with compiled kernels."
	$(BIN)/python -m pytest -n auto --dist loadfile -m "$(WITH_JIT)"

lint: $(INSTALLED)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

format: $(INSTALLED)
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

bench: $(INSTALLED)
	$(BIN)/python -m benchmarks

bench-tools: $(INSTALLED)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --constraint constraints.txt --editable ".[dev,bench]"

bench-docs: $(INSTALLED)
	$(BIN)/python -m benchmarks --docs

docs: $(INSTALLED)
	$(BIN)/python docs/tables.py

golden: $(INSTALLED)
	$(BIN)/python tests/golden/write.py

clean:
	rm -rf $(ENVIRONMENT) .coverage .coverage.* .mypy_cache .pytest_cache .ruff_cache .hypothesis
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
