# The house's front door. `make demo` and `make test` set up all they need themselves, and start at once
# the second time. PYTHON=... picks the Python that makes .venv; ROWS="click typing" picks bench rows.

PYTHON ?= python3
BIN := .venv/bin
SETUP := PYTHON="$(PYTHON)" .ci/setup
PATHS ?= tests

.DEFAULT_GOAL := help
.PHONY: help demo test check bench bench-gpu bench-readme faults clean

help: ## what can be made
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/  make \1|\2/p' $(MAKEFILE_LIST) | column -t -s'|' 2>/dev/null \
	  || grep '##' $(MAKEFILE_LIST)

demo: ## run the agent on real windows (a virtual screen where there is none) and show what it did
	@$(SETUP) demo
	@$(BIN)/python demos

test: ## the tests; PATHS="tests/test_settle.py" runs a part
	@$(SETUP) test
	@$(BIN)/python -m pytest $(PATHS)

check: ## the gate: style, types, import direction, length of files
	@$(SETUP) check
	@$(BIN)/python .ci/check.py

bench: ## measure the rows into build/bench.json; ROWS="click typing" measures a part
	@$(SETUP) bench
	@$(BIN)/python tests/bench $(ROWS)

bench-gpu: ## the 4B configuration on a GPU: a step with and without the cache, tokens a second, memory
	@$(SETUP) test
	@PYTHONPATH=tests $(BIN)/python tests/bench/gpu.py $(GPU)

bench-readme: ## write the table of build/bench.json into README.md
	@$(SETUP) test
	@$(BIN)/python tests/bench --readme

faults: ## harm it in every way and write what happened into docs/reliability.md; ROWS="signals ports" a part
	@$(SETUP) test
	@$(BIN)/python tests/faults $(ROWS)

clean: ## remove what was made here: .venv, build, caches
	rm -rf .venv build dist .pytest_cache .mypy_cache .ruff_cache .import_linter_cache .hypothesis *.egg-info
	find . -name __pycache__ -type d -not -path './.git/*' -prune -exec rm -rf {} +
