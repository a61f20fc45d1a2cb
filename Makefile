# `make run` serves on http://127.0.0.1:8000, `make test` runs the tests. Everything is installed
# into .venv, at the versions in lock/, and only when those change.

# Twice quiet: errors only.
PIP = .venv/bin/python -m pip install -qq --disable-pip-version-check

.PHONY: help install install-training run test test-training fit-lexical train train-encoder lint types bench report \
        readme-table lock clean
.DEFAULT_GOAL := help

help:
	@echo "make run            install what serving needs, serve on http://127.0.0.1:8000"
	@echo "make install        .venv/bin/chartcode, with the code-set index built"
	@echo "make test           install what the tests need, run them"
	@echo "make lint           ruff: rules and layout"
	@echo "make types          mypy --strict"
	@echo "make bench          the speed benchmark"
	@echo "make report         every evaluation whose data is there, as out/report.html"
	@echo "make readme-table   the figures of the last report, into README.md"
	@echo "make install-training  what training needs (torch is a large download)"
	@echo "make test-training  the tests that need torch"
	@echo "make fit-lexical    fit the lexical ranker anew: CHARTS='a.jsonl b.jsonl'"
	@echo "make train          fit the rankers that ship anew: needs the data folder beside the checkout"
	@echo "make train-encoder  fine-tune the encoder of wordings anew, about half an hour"
	@echo "make lock           choose the locked versions anew, see lock/README.md"
	@echo "make clean          remove .venv and everything built"

install: .venv/.serve .venv/.project .venv/.index

.venv/bin/python:
	@for python in "$(PYTHON)" python3.11 python3; do \
	  if "$$python" -c 'import sys; sys.exit(sys.version_info[:2] != (3, 11))' 2>/dev/null; then \
	    echo "Making .venv with $$python"; \
	    "$$python" -m venv .venv && exit 0; \
	    rm -rf .venv; \
	    echo "error: $$python has no working venv; on Debian or Ubuntu install python3.11-venv" >&2; \
	    exit 1; \
	  fi; \
	done; \
	echo "error: no Python 3.11 found; install it, or name it: make install PYTHON=/path/to/python3.11" >&2; \
	exit 1

.venv/.serve: lock/serve.txt | .venv/bin/python
	@echo "Installing what serving needs (about a minute)"
	@$(PIP) --no-deps -r lock/serve.txt
	@touch $@

.venv/.project: pyproject.toml .venv/.serve
	@$(PIP) --no-deps --no-build-isolation --editable .
	@touch $@

# What the indexes are made from.
INDEXED = codesets/*.* codesets/*/*.* codesets/lexicon/terms/*.* coding/terms.py coding/short_forms.py

.venv/.index: .venv/.project $(wildcard $(INDEXED))
	@.venv/bin/chartcode codesets build
	@touch $@

.venv/.test: lock/test.txt .venv/.serve
	@echo "Installing what the tests need"
	@$(PIP) --no-deps -r lock/test.txt
	@touch $@

# With dependencies: torch brings packages of its own that differ with the machine's accelerator.
.venv/.train: lock/train.txt .venv/.test
	@echo "Installing what training needs (torch is large)"
	@$(PIP) -r lock/train.txt
	@touch $@

run: install
	@.venv/bin/chartcode serve

test: install .venv/.test
	@.venv/bin/python -m pytest

install-training: install .venv/.train

test-training: install .venv/.train
	@.venv/bin/python -m pytest -m training

# Needed after every change of the lexicon or the reader rules: the points hold for them alone.
fit-lexical: install .venv/.train
	@test -n "$(CHARTS)" || { echo "error: name gold charts: make fit-lexical CHARTS='a.jsonl b.jsonl'" >&2; exit 2; }
	@.venv/bin/python -m training.lexical $(CHARTS) --out models/lexical/1

train: install .venv/.train
	@.venv/bin/chartcode train training/recipes/trained.toml
	@.venv/bin/chartcode train training/recipes/codiesp.toml
	@.venv/bin/chartcode train training/recipes/procedures.toml

train-encoder: install .venv/.train
	@.venv/bin/chartcode train training/recipes/encoder.toml

lint: .venv/.test
	@.venv/bin/python -m ruff check .
	@.venv/bin/python -m ruff format --check .

types: .venv/.test
	@.venv/bin/python -m mypy --strict

bench: install .venv/.test
	@.venv/bin/python -m eval.bench

# Minutes. The pages are made again from out/figures with: python -m eval.page out/figures/*.json
# INDEX_DIR=folder takes the code sets that `chartcode codesets load` put there.
report: install
	@mkdir -p out/figures
	@.venv/bin/python -m eval.suite out/figures $(if $(INDEX_DIR),--index-dir "$(INDEX_DIR)")
	@.venv/bin/python -m eval.page $$(ls out/figures/*.json) --out out/report.html

readme-table:
	@.venv/bin/python -m eval.readme_table out/figures/*.json README.md

lock: .venv/bin/python
	@.venv/bin/python lock/refresh.py

clean:
	rm -rf .venv build dist out *.egg-info .mypy_cache .ruff_cache .pytest_cache .hypothesis
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
