# make serve: install, compile once and start on port 8000; make test: install and run the tests;
# make check: linters, types, floors, generated pages; make docs: write the generated pages anew
# make bench: measure everything, then write the pages; make lock: choose versions anew;
# make site: the documentation as a site; make train CONFIG=mine.toml: train on your own labels
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

.PHONY: setup serve test check docs site bench train train-config lock sbom clean
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

site: $(VENV)/.docs
	NO_MKDOCS_2_WARNING=1 $(BIN)/mkdocs build --strict -f deploy/mkdocs.yml

train: train-config $(VENV)/.train
	$(BIN)/ner-service train $(CONFIG)

train-config:
	@test -n "$(CONFIG)" || { echo "make train CONFIG=mine.toml: see docs/training.md" >&2; exit 2; }
	@test -f "$(CONFIG)" || { echo "$(CONFIG): no such file: name one by make train CONFIG=mine.toml" >&2; exit 2; }

$(VENV)/bin/python:
	@test -n "$(PYTHON)" || { echo "ner-service needs Python 3.11, 3.12 or 3.13; found none: install one, or name it with PYTHON=" >&2; exit 1; }
	@$(PYTHON) -c 'import sys; v = sys.version_info[:2]; sys.exit(0 if (3, 11) <= v < (3, 14) else f"ner-service needs Python 3.11, 3.12 or 3.13; $(PYTHON) is {v[0]}.{v[1]}")'
	$(PYTHON) -m venv $(VENV)

$(VENV)/.serve: pyproject.toml constraints.txt | $(VENV)/bin/python
	@echo "installing the service: about a minute"
	$(PIP) install -c constraints.txt -e '.[uvloop,spacy]'
	$(BIN)/ner-service warm
	@touch $@

$(VENV)/.train: pyproject.toml constraints.txt | $(VENV)/bin/python
	@echo "installing torch and what training needs: some minutes"
	$(PIP) install -c constraints.txt -e '.[uvloop,spacy,train]'
	@touch $@

$(VENV)/.docs: pyproject.toml constraints.txt | $(VENV)/bin/python
	$(PIP) install -c constraints.txt -e '.[docs]'
	@touch $@

$(VENV)/.test: pyproject.toml constraints.txt | $(VENV)/bin/python
	@echo "installing all that the tests need, torch among it: some minutes"
	$(PIP) install -c constraints.txt -e '.[all,browser,docs,test]'
	@touch $@ $(VENV)/.train $(VENV)/.docs

lock:
	$(PYTHON) -m venv $(VENV)-lock && $(VENV)-lock/bin/python -m pip -q install uv
	$(UV) pyproject.toml --all-extras -o constraints.txt
	$(UV) pyproject.toml --extra uvloop --extra spacy -c constraints.txt --generate-hashes -o deploy/requirements.txt
	printf '%s\n' $(BUILD) | $(UV) - -c constraints.txt --generate-hashes -o deploy/requirements-build.txt
	rm -rf $(VENV)-lock

sbom:
	$(PYTHON) -m venv $(VENV)-lock && $(VENV)-lock/bin/python -m pip -q install cyclonedx-bom
	$(VENV)-lock/bin/cyclonedx-py requirements deploy/requirements.txt --pyproject pyproject.toml \
		--output-reproducible --of JSON -o sbom.json
	rm -rf $(VENV)-lock

clean:
	rm -rf $(VENV) $(VENV)-lock
