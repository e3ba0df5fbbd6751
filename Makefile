# Everything here works on a machine that has npm and make: Node 24 comes from npm, into node_modules.
SHELL := /bin/bash
RUN := PATH="$(CURDIR)/node_modules/.bin:$$PATH"
BROKER ?= servicebus
PACE ?= brisk
# Brokers that no package of the system has: test/brokers/install.ts.
BROKER_FILES := $(if $(filter kafka,$(BROKER)),kafka)$(if $(filter storagequeue,$(BROKER)),azurite)
JEST_FLAGS ?=

.DEFAULT_GOAL := help
.PHONY: help setup demo test e2e stories check lint format generate manifests bench build image clean

help: ## Show this list
	@awk -F':.*## ' '/^[a-z0-9]+:.*## / { printf "  make %-10s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

node_modules/.installed: package-lock.json
	@# Not `npm ci`: it refuses a lock file that lacks the optional packages of other platforms.
	npm install --no-save --no-audit --no-fund --loglevel=error
	@[ -x node_modules/node/bin/node ] || npm rebuild node esbuild @swc/core
	@node_modules/.bin/node -e 'if (+process.versions.node.split(".")[0] < 24) throw new Error("Node 24 did not install: found " + process.version)'
	@touch $@

setup: node_modules/.installed ## Install Node 24 and every dependency into node_modules

demo: setup build ## 0 -> 10 -> 0 because of a queue (BROKER=servicebus|rabbitmq|redis|kafka|storagequeue, PACE=brisk|real, DAPRD=a real daprd)
	@export $(RUN); $(if $(BROKER_FILES),files=$$(node test/brokers/where.ts $(BROKER_FILES)) || exit 1;) \
	node dist/sluice.js demo --broker $(BROKER) --pace $(PACE) $(if $(DAPRD),--daprd $(DAPRD)) $(if $(BROKER_FILES),--broker-files "$$files")

test: setup build ## Unit, repository, contract and integration tests (brokers that are not installed are skipped, loudly)
	@npm test --silent -- $(JEST_FLAGS)

e2e: setup build ## The stories on a real control plane, real daprd, real Helm; built with Go the first time (skipped, loudly, without)
	@$(RUN) node test/e2e/control-plane/build.ts
	@npm run --silent test:e2e -- $(JEST_FLAGS)

stories: setup build ## The integration stories in two columns, sandbox and real control plane, into test/e2e/README.md
	@$(RUN) node test/e2e/control-plane/build.ts kubernetes-$(or $(KUBERNETES),1.36) etcd
	@$(RUN) node test/e2e/stories/list.ts --write

check: setup ## Types, lint, format, generated files, import rules
	@npm run --silent check

lint: setup ## Lint only
	@npm run --silent lint

format: setup ## Rewrite the sources in the one format
	@npm run --silent format

generate: setup ## Rewrite crds/ and the generated pages of docs/ and README.md
	@npm run --silent generate

manifests: setup ## Rewrite deploy/ from the chart (needs Go, which builds Helm)
	@$(RUN) node test/e2e/chart/manifests.ts

bench: setup build ## Print the figures of docs/benchmarks.md
	@$(RUN) node test/bench/main.ts

build: node_modules/.installed ## Bundle src into dist/sluice.js
	@$(RUN) node build.ts

image: ## Build the container image for this machine (needs docker or podman)
	@engine=$$(command -v docker || command -v podman) || { echo 'make image: expected docker or podman, found neither; releases are built by .github/workflows/release.yml' >&2; exit 1; }; \
	version=$$(sed -n 's/^  "version": "\(.*\)",$$/\1/p' package.json); \
	"$$engine" build --tag "sluice:$$version" --build-arg "VERSION=$$version" --build-arg "REVISION=$$(git rev-parse HEAD)" .

clean: ## Remove what was built (not node_modules)
	rm -rf dist coverage .demo
