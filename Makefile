# make serve: install and start on port 8000; make test: install and run the tests;
# make check: linters, types, floors, generated pages; make docs: write the generated pages anew
# make bench: measure everything, then write the pages; make lock: choose versions anew;
# make sbom: list what the image consists of
VENV ?= .venv
PORT ?= 8000
PYTHON ?= $(shell for p in python3.13 python3.12 python3.11 python3; do \
	$$p -c 'import sys; sys.exit(not (3, 11) <= sys.version_info[:2] < (3, 14))' 2>/dev/null && echo $$p && break; done)
BIN = $(VENV)/bin
PIP = $(BIN)/python -m pip --disable-pip-version-check -q
COG = $(BIN)/python -m cogapp --verbosity=1
UV = $(VENV)-lock/bin/uv pip compile --universal --python-version 3.11 -q --no-annotate
BUILD = 'hatchling>=1.27' setuptools wheel jinja2 matplotlib numpy orjson pydantic razdel tqdm
PAGES = README.md $(wildcard docs/*.md)

.PHONY: setup serve test check docs bench train lock sbom clean
setup: $(VENV)/.serve

serve: $(VENV)/.serve
	$(BIN)/ner-service serve --port $(PORT)

test: $(VENV)/.test
	$(BIN)/python -m pytest -n 2 --dist loadfile

check: $(VENV)/.test
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(COG) --check --diff --check-fail-msg='Generated pages are stale: run make docs.' $(PAGES)
	$(BIN)/python -m benchmarks page --check --results benchmarks/results

docs: $(VENV)/.test
	$(COG) -r $(PAGES)
	$(BIN)/python -m benchmarks page --results benchmarks/results

bench: $(VENV)/.test
	$(BIN)/python -m benchmarks --results benchmarks/results
	$(MAKE) docs

train: $(VENV)/.test
	@test -n "$(CONFIG)" || { echo "make train CONFIG=mine.toml: see docs/training.md" >&2; exit 2; }
	$(BIN)/ner-service train $(CONFIG)

$(VENV)/bin/python:
	@test -n "$(PYTHON)" || { echo "ner-service needs Python 3.11, 3.12 or 3.13; found none: install one, or name it with PYTHON=" >&2; exit 1; }
	@$(PYTHON) -c 'import sys; v = sys.version_info[:2]; sys.exit(0 if (3, 11) <= v < (3, 14) else f"ner-service needs Python 3.11, 3.12 or 3.13; $(PYTHON) is {v[0]}.{v[1]}")'
	$(PYTHON) -m venv $(VENV)

$(VENV)/.serve: pyproject.toml constraints.txt | $(VENV)/bin/python
	$(PIP) install -c constraints.txt -e .
	@touch $@

$(VENV)/.test: pyproject.toml constraints.txt | $(VENV)/bin/python
	$(PIP) install -c constraints.txt -e '.[train,bench,browser,client,test]'
	@touch $@ $(VENV)/.serve

lock:
	$(PYTHON) -m venv $(VENV)-lock && $(VENV)-lock/bin/python -m pip -q install uv
	$(UV) pyproject.toml --all-extras -o constraints.txt
	$(UV) pyproject.toml -c constraints.txt --generate-hashes -o deploy/requirements.txt
	printf '%s\n' $(BUILD) | $(UV) - -c constraints.txt --generate-hashes -o deploy/requirements-build.txt
	rm -rf $(VENV)-lock

sbom:
	$(PYTHON) -m venv $(VENV)-lock && $(VENV)-lock/bin/python -m pip -q install cyclonedx-bom
	$(VENV)-lock/bin/cyclonedx-py requirements deploy/requirements.txt --pyproject pyproject.toml \
		--output-reproducible --of JSON -o sbom.json
	rm -rf $(VENV)-lock

clean:
	rm -rf $(VENV) $(VENV)-lock
