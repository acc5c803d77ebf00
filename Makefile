# Two commands matter: `make demo` and `make test`. The rest is for those who change the project.
PYTHON ?= python3
VENV ?= .venv
LIST ?= sanctions_lists/sample/consolidated.xml
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check --quiet

.DEFAULT_GOAL := help
.PHONY: help demo test test-spark check format docs accuracy accuracy-smoke accuracy-freeze bench bench-smoke bench-run clean

help:  ## show this list
	@grep -E '^[a-z-]+:.*##' Makefile | sed -E 's/:[^#]*## /\t/' | expand -t 12

$(VENV)/.run: pyproject.toml constraints.txt
	@echo "making the environment in $(VENV) ..."
	@$(PYTHON) -m venv $(VENV)
	@$(PIP) install --constraint constraints.txt --editable .
	@touch $@

$(VENV)/.dev: $(VENV)/.run
	@$(PIP) install --constraint constraints.txt --editable '.[dev]'
	@touch $@

demo: $(VENV)/.run  ## screen the sample payments against the sample list
	@$(BIN)/screening run sanctions_lists/sample/payments.csv --list sanctions_lists/sample/consolidated.xml --out demo

test: $(VENV)/.dev  ## run all tests and executable examples
	@$(BIN)/python -m pytest -n 2 -q

$(VENV)/.spark: $(VENV)/.dev
	@$(PIP) install --constraint constraints.txt --editable '.[spark]'
	@touch $@

test-spark: $(VENV)/.spark  ## Spark gives what one machine gives (needs Java 17)
	@$(BIN)/python -m pytest -q tests/spark

check: $(VENV)/.dev  ## formatting, lint, types
	@$(BIN)/ruff format --check .
	@$(BIN)/ruff check .
	@$(BIN)/mypy

format: $(VENV)/.dev  ## rewrite files the way `make check` wants them
	@$(BIN)/ruff format .
	@$(BIN)/ruff check --fix .

docs: $(VENV)/.dev  ## write the generated pages again
	@$(BIN)/python scripts/cli_docs.py
	@$(BIN)/python scripts/write_rules_doc.py
	@$(BIN)/python scripts/performance_doc.py

accuracy: $(VENV)/.run  ## what is found and what is disturbed; accuracy-smoke: in seconds; accuracy-freeze: keep the rows
	@$(BIN)/python benchmarks/accuracy.py --speed
	@$(BIN)/python benchmarks/typologies.py

accuracy-smoke: $(VENV)/.run
	@$(BIN)/python benchmarks/accuracy.py --smoke
	@$(BIN)/python benchmarks/typologies.py

accuracy-freeze: $(VENV)/.run
	@$(BIN)/python benchmarks/accuracy.py --freeze --reason "$$REASON"
	@$(BIN)/python benchmarks/typologies.py --freeze --reason "$$REASON"

# A peer that cannot be installed is no reason to stop: the board says which one it is.
$(VENV)/.bench: $(VENV)/.dev
	-@$(PIP) install --constraint constraints.txt --editable '.[bench]'
	-@$(BIN)/python benchmarks/peers/environments.py
	@touch $@

bench: $(VENV)/.bench  ## ours beside its peers, cost curves, their page (LIST=file for another list); bench-smoke: in a minute
	@$(BIN)/python benchmarks/peers/board.py --list $(LIST) --out benchmarks/results/peers.json
	@$(BIN)/python benchmarks/curves.py --list $(LIST) --out benchmarks/results/curves.json
	@$(BIN)/python scripts/performance_doc.py
	@$(BIN)/python benchmarks/names.py --names 1000000 --repeats 1 --list $(LIST)

bench-smoke: $(VENV)/.dev
	@$(BIN)/python benchmarks/peers/board.py --list $(LIST) --divisor 300
	@$(BIN)/python benchmarks/curves.py --smoke --list $(LIST)

bench-run: $(VENV)/.run
	@$(BIN)/python benchmarks/end_to_end.py --rows 1000000 --list $(LIST)

clean:  ## remove environments and outputs
	@rm -rf $(VENV) demo run dist build .mypy_cache .ruff_cache .pytest_cache .hypothesis
