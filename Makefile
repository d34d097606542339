# `make run` needs Python 3.11 or newer and make, nothing else; `make test` also Chromium.
.DEFAULT_GOAL := help
.PHONY: help run test check audit promises mutants load lint types template model build deploy aws deploy-local train \
	refresh evaluate bench bench-reference openapi docs lock release clean

PYTHON ?= $(shell for p in python3 python3.13 python3.12 python3.11 python3.14 python; do \
	$$p -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo $$p && break; done)
BIN := .venv/bin
RUN_LOCK := shared/llm_router/local/requirements.txt
TEST_LOCK := tests/requirements.txt
SAM := .build/sam/bin/sam
MINISTACK := .build/ministack/bin/ministack
PIP_AUDIT := .build/audit/bin/pip-audit
MUTANTS := .build/mutants
TORCH := .build/torch/bin/python
REFERENCE := .build/reference/bin/python
PIP := $(BIN)/python -m pip --disable-pip-version-check --quiet install --no-deps --require-hashes
# The project itself, in place, so that `.venv/bin/router` is there; needs no network.
SELF := $(BIN)/python -m pip --disable-pip-version-check --quiet install --no-deps --no-index --no-build-isolation -e .
export PYTHONPATH := shared:layers/model

# A tool with all that its locks name, in an environment of its own, whose python lies beside it: $(call alone,its name).
define alone
@echo "Installing $(1), in an environment of its own (once) ..."
@$(PYTHON) -m venv $(@D:/bin=)
@for lock in $^; do $(@D)/python -m pip --disable-pip-version-check --quiet install --no-deps --require-hashes -r $$lock || exit 1; done
@touch $@
endef

help: ## Show what can be made
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/  make \1\t\2/p' $(MAKEFILE_LIST) | expand -t 22

run: $(BIN)/.run model ## Start the whole service on 127.0.0.1
	@exec $(BIN)/python -m llm_router.local

# A process for each core, which its threads would only wait for; files in their order, since the last ones are short.
test: $(BIN)/.test $(MINISTACK) model ## Run the whole test suite (ARGS: such as '-k ranking', or '-n 0' for one process)
	@OPENBLAS_NUM_THREADS=1 $(BIN)/python -m pytest -n auto --dist loadfile --no-loadscope-reorder $(ARGS)

check: lint types template audit ## Everything that .ci/run checks beside the build and the tests

lint: $(BIN)/.test
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .

types: $(BIN)/.test
	@$(BIN)/mypy

template: $(SAM)
	@AWS_DEFAULT_REGION=us-east-1 SAM_CLI_TELEMETRY=0 $(SAM) validate --lint --template template.yaml

audit: $(BIN)/.test $(if $(ONLINE),$(PIP_AUDIT)) ## Check that every locked package has its hash (ONLINE=1: and no known weakness)
	@$(BIN)/python -m pytest -q tests/promises/test_supply_chain.py
	@$(if $(ONLINE),for lock in $$(grep -rl --include='*.txt' --exclude-dir='.*' -e '--hash=sha256:' .); do \
		$(PIP_AUDIT) --require-hashes --disable-pip --strict --progress-spinner off -r $$lock || exit 1; done)

promises: $(BIN)/.test ## Write the page of promises anew
	@$(BIN)/python -m tests.promises.page

mutants: $(BIN)/.test ## Test the tests: mutate ranking, catalogue rules, breaker and keys (ARGS: such as 'llm_router.breaker*')
	@rm -rf $(MUTANTS) && mkdir -p $(MUTANTS)
	@cp -R shared/llm_router functions layers tests template.yaml pyproject.toml $(MUTANTS)
	@cd $(MUTANTS) && EXAMPLES=20 $(CURDIR)/$(BIN)/mutmut run $(ARGS) && $(CURDIR)/$(BIN)/mutmut results

load: $(BIN)/.test model ## Load and soak the whole service (ARGS: seconds and requests), some minutes
	@$(BIN)/python -m tests.bench.load $(ARGS)

model: $(BIN)/.run ## Build the model's files from the verified weights
	@$(BIN)/python -m training.build

ARCHITECTURE ?= arm64
STAGE ?= dev
BUILT := .aws-sam/build/template.yaml
AWS_SAM := PYTHONPATH= SAM_CLI_TELEMETRY=0 $(SAM)

build: $(BIN)/.run $(SAM) ## Build what is deployed, without Docker (ARCHITECTURE=arm64, or x86_64)
	@ARCHITECTURE=$(ARCHITECTURE) $(AWS_SAM) build --region us-east-1 --parameter-overrides Architecture=$(ARCHITECTURE)
	@$(BIN)/python -m llm_router.local.processor $(ARCHITECTURE) $(BUILT)

deploy: build ## Build, and deploy to AWS as samconfig.toml says (STAGE=dev, or prod; ARCHITECTURE as for build)
	@$(AWS_SAM) deploy --config-env $(STAGE) $(ARGS)

aws: $(MINISTACK) ## Start an AWS on 127.0.0.1:4566 for deploy-local, without Docker
	@BIND_HOST=127.0.0.1 GATEWAY_PORT=4566 exec $(MINISTACK)

# The emulator runs the functions with this machine's own Python and processor, so they are built for those.
deploy-local: export ARCHITECTURE := $(if $(filter arm64 aarch64,$(shell uname -m)),arm64,x86_64)
deploy-local: export AWS_ENDPOINT_URL ?= http://127.0.0.1:4566
deploy-local: export AWS_ACCESS_KEY_ID := test
deploy-local: export AWS_SECRET_ACCESS_KEY := test
deploy-local: $(BIN)/.test $(SAM) ## Build, and deploy the whole stack to the AWS that `make aws` started
	@PYTHON_VERSION=$$($(BIN)/python -c 'import sys; print("%d.%d" % sys.version_info[:2])') \
		$(AWS_SAM) build --region us-east-1 --build-dir .aws-sam/local --parameter-overrides Architecture=$(ARCHITECTURE)
	@$(AWS_SAM) deploy --config-file $(CURDIR)/samconfig.toml --config-env local --template-file .aws-sam/local/template.yaml
	@$(BIN)/python -m tests.ministack.routes

$(BIN)/.run: $(RUN_LOCK)
	@$(MAKE) --no-print-directory .venv
	@echo "Installing what the service needs (once, about a minute) ..."
	@$(PIP) -r $(RUN_LOCK) || { echo "The packages could not be installed: is the package index reachable?" >&2; exit 1; }
	@$(SELF)
	@touch $@

$(BIN)/.test: $(TEST_LOCK)
	@$(MAKE) --no-print-directory .venv
	@echo "Installing what the tests need (once, about two minutes) ..."
	@$(PIP) -r $(TEST_LOCK) || { echo "The packages could not be installed: is the package index reachable?" >&2; exit 1; }
	@$(SELF)
	@touch $@ $(BIN)/.run

$(SAM): tests/sam/requirements.txt
	$(call alone,the SAM command line)

$(MINISTACK): tests/ministack/requirements.txt
	$(call alone,an AWS for this machine)

$(PIP_AUDIT): tests/audit/requirements.txt
	$(call alone,pip-audit)

$(TORCH): layers/model/training/requirements.txt layers/model/training/torch.txt
	$(call alone,PyTorch)

$(REFERENCE): tests/bench/reference.txt layers/model/training/torch.txt
	$(call alone,the reference)

.venv:
	@test -n "$(PYTHON)" || { echo "Python 3.11 or newer is needed and was not found." >&2; exit 1; }
	@echo "Making a virtual environment with $$($(PYTHON) --version) ..."
	@$(PYTHON) -m venv .venv || { echo "The virtual environment could not be made: does this Python have venv and pip?" >&2; rm -rf .venv; exit 1; }

LOCK := uv pip compile --quiet --universal --generate-hashes --no-emit-index-url --no-header --python-version 3.11
refresh: $(BIN)/.run ## Refresh the local catalogue from its sources now
	@$(BIN)/python -m llm_router.local.refresh $(ARGS)

train: $(TORCH) $(BIN)/.test ## Train the classifier anew (public sets from DATA_DIR where it is set), an hour on two cores; Linux on x86-64 and Python 3.11
	@$(TORCH) -m training.torch_finetune $(ARGS)
	@$(BIN)/python -m training.build.calibrate
	@$(BIN)/python -m training.build
	@$(TORCH) -m training.torch_grams
	@$(BIN)/python -m training.rules
	@$(BIN)/python -m training.background
	@$(BIN)/python -m training.fusion

evaluate: $(BIN)/.test model ## Measure the classifier and the choice; with the public sets in DATA_DIR also write their reports
	@$(BIN)/python -m training.evaluate $(ARGS)

bench: $(BIN)/.test model ## Measure speed, memory and cold starts (ARGS=--layers: layer sizes too), about three minutes
	@$(BIN)/python -m tests.bench $(ARGS)

bench-reference: $(BIN)/.test $(REFERENCE) model ## Measure beside the plain sentence-transformers service; Linux on x86-64 and Python 3.11
	@$(BIN)/python -m tests.bench.versus $(REFERENCE) $(ARGS)

openapi: $(BIN)/.run ## Write the API's description anew
	@STORE=memory $(BIN)/python -m llm_router.local.describe

docs: $(BIN)/.test ## Write what the pages tell from the code anew
	@$(BIN)/python -m llm_router.local.reference docs
	@$(BIN)/python -m tests.bench.page

release: $(BIN)/.run ## Set the version, move the changelog on, commit and tag (VERSION=x.y.z)
	@$(BIN)/python .ci/release.py $(VERSION)

lock: ## Renew the hash-locked requirements (needs uv)
	$(LOCK) tests/requirements.in -o $(TEST_LOCK)
	$(LOCK) tests/audit/requirements.in -o tests/audit/requirements.txt
	$(LOCK) tests/ministack/requirements.in -o tests/ministack/requirements.txt
	$(LOCK) tests/sam/requirements.in -o tests/sam/requirements.txt
	$(LOCK) -c $(TEST_LOCK) shared/requirements.in -o shared/requirements.txt
	$(LOCK) -c $(TEST_LOCK) $(RUN_LOCK:.txt=.in) -o $(RUN_LOCK)
	$(LOCK) -c $(TEST_LOCK) --no-deps layers/model/requirements.in -o layers/model/requirements.txt
	$(LOCK) -c $(TEST_LOCK) --no-deps layers/model/training/requirements.in -o layers/model/training/requirements.txt
	$(LOCK) --override tests/bench/reference-overrides.txt tests/bench/reference.in -o tests/bench/reference.txt

clean: ## Remove everything that was built or installed
	rm -rf .venv .build .local .aws-sam .pytest_cache .mypy_cache .ruff_cache .hypothesis
