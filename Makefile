# Everything runs inside .venv, and the lock alone decides what is in it. `make` lists the targets.
.DEFAULT_GOAL := help
.PHONY: help install model demo test check format lock clean

BIN := .venv/bin
PIP := $(BIN)/python -m pip
EXTRAS := cpu dev example postgres sentence-transformers

# A stamp is written last and named after what it was made from, so that an interrupted install,
# a changed lock and a moved checkout all install again.
key = $(shell { cat $(1); echo '$(CURDIR)'; } | cksum | tr ' ' '-')
LOCKED := .venv/.locked-$(call key,requirements.lock)
INSTALLED := .venv/.installed-$(call key,requirements.lock pyproject.toml)

help: ## List the targets
	@awk -F ':.*## ' '/^[a-z]+:.*## / {printf "make %-8s %s\n", $$1, $$2}' Makefile

install: $(INSTALLED) ## Make .venv from the lock and put portrait into it

model: $(INSTALLED) ## Fetch and convert the default model, once per user
	@$(BIN)/portrait llm pull

demo: model ## Build 40 profiles of real households in demo/ and ask three questions
	@$(BIN)/portrait --home demo demo

test: model ## Run all tests
	@$(BIN)/python -m pytest

check: $(INSTALLED) ## Check lint, format and types
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy

format: $(INSTALLED) ## Mend what lint and format can mend
	@$(BIN)/ruff check --fix .
	@$(BIN)/ruff format .

lock: $(INSTALLED) ## Write requirements.lock anew from pyproject.toml
	@UV_FIND_LINKS="$$($(PIP) config list | sed -n "s/.*find-links='\(.*\)'$$/\1/p" | sort -u | paste -sd, -)" \
	UV_EXTRA_INDEX_URL="$$PIP_EXTRA_INDEX_URL" UV_INDEX_STRATEGY=unsafe-best-match \
	$(BIN)/uv pip compile pyproject.toml $(EXTRAS:%=--extra %) --python $(BIN)/python --quiet \
	  --custom-compile-command 'make lock' --output-file requirements.lock

clean: ## Remove .venv, demo/ and the caches in this folder (models stay)
	@rm -rf .venv demo dist build .coverage .hypothesis .mypy_cache .pytest_cache .ruff_cache

$(INSTALLED): $(LOCKED)
	@$(PIP) install --no-deps --no-build-isolation --editable .
	@touch $@

# torch first: its CPU build is on no ordinary index, and pip would notice only after downloading
# the rest. setuptools with it: a package without a wheel is then built by the one in the lock.
$(LOCKED):
	@for python in python3.11 python3; do \
	  if $$python -c 'import sys; sys.exit(sys.version_info[:2] != (3, 11))' 2>/dev/null; \
	  then exec $$python -m venv --clear .venv; fi; \
	done; echo 'portrait needs Python 3.11, as python3.11 or python3: install it, then run this again' >&2; exit 1
	@$(PIP) install --no-deps $$(grep -E '^(setuptools|torch)==' requirements.lock) || { echo \
	  "If pip found no $$(grep '^torch==' requirements.lock): PyTorch's install page names the index of its CPU wheels;" \
	  "run this again with PIP_EXTRA_INDEX_URL=<that index>" >&2; exit 1; }
	@$(PIP) install --no-deps --no-build-isolation --use-pep517 --requirement requirements.lock
	@touch $@
