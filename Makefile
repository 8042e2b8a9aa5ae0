PYTHON ?= python3
BIN := .venv/bin
INSTALLED := .venv/.installed

.PHONY: demo test check docs serve bench soak fuzz
.DELETE_ON_ERROR:

demo: $(INSTALLED)
	@$(BIN)/python -m reference_client.demo

test: $(INSTALLED)
	$(BIN)/python -m pytest -n 2

check: $(INSTALLED)
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy

docs: $(INSTALLED)
	$(BIN)/python -m tests.documents.coverage > .coverage.md && mv .coverage.md docs/coverage.md
	$(BIN)/python -m tests.documents.reference > .reference.md && mv .reference.md docs/reference.md
	$(BIN)/python -m tests.documents.scenarios_readme > .scenarios.md && mv .scenarios.md scenarios/README.md
	$(BIN)/python -m fake_iamport scenario schema > .schema.json && mv .schema.json scenarios/schema.json
	$(BIN)/python -m tests.documents.scenario_language > .language.md && mv .language.md docs/scenarios.md
	$(BIN)/python -m tests.documents.contract > .contract.md && mv .contract.md docs/contract.md
	$(BIN)/python -m tests.documents.fidelity > .fidelity.md && mv .fidelity.md docs/fidelity.md

bench: $(INSTALLED)
	$(BIN)/python -m benchmarks --document docs/performance.md

soak: $(INSTALLED)
	$(BIN)/python -m benchmarks.soak $(if $(SECONDS),--seconds $(SECONDS))

fuzz: $(INSTALLED)
	$(BIN)/python -m benchmarks.fuzz $(if $(REQUESTS),--requests $(REQUESTS))

serve: $(INSTALLED)
	$(BIN)/fake-iamport serve

$(INSTALLED): pyproject.toml constraints.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "fake-iamport needs Python 3.11 or later; this is %s. Try: make PYTHON=python3.11" % sys.version.split()[0])'
	@echo "Installing into .venv (once) ..."
	@$(PYTHON) -m venv .venv
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --constraint constraints.txt --editable '.[dev]'
	@touch $@
