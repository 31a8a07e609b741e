# ctplan's build. Everything a target needs, it installs: Go modules through
# the module proxy, Debian packages with apt-get where that can be had.

SHELL       := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := build

# A release is a tag; anything else keeps the version in cmd/cli.
VERSION ?= $(patsubst v%,%,$(shell git describe --tags --exact-match 2>/dev/null))
LDFLAGS := -s -w $(if $(VERSION),-X github.com/ctplan/ctplan/cmd/cli.version=$(VERSION))

# Debian packages that the tests use. procps and bash stand for the user's
# own way to read the same settings, in the benchmark.
PACKAGES := iptables conntrack iproute2 procps util-linux nftables rsyslog logrotate kmod e2fsprogs

STATICCHECK := honnef.co/go/tools/cmd/staticcheck@v0.7.0

.PHONY: build test test-vm unit race bars lint cross deps bench fuzz soak docs demo clean

build: ## bin/ctplan, a static binary
	CGO_ENABLED=0 go build -trimpath -ldflags '$(LDFLAGS)' -o bin/ctplan ./cmd/ctplan

test: deps lint cross unit race bars ## everything that a change must pass

# In CI a required part that is missing (root, a package) fails the run; by
# hand it is skipped with the reason.
unit: deps build
	CTPLAN_REQUIRE=$${CI:+1} go test ./...

# The bars that are ratios of times: alone, so that other tests do not count.
bars: deps build
	CTPLAN_BARS=1 CTPLAN_REQUIRE=$${CI:+1} go test -count=1 -run 'Cheap$$' -v ./cmd/ctplan | grep -v '^=== '

# The packages where goroutines meet.
race: deps
	CTPLAN_REQUIRE=$${CI:+1} go test -race ./state/... ./providers/host/... ./planner/...

lint:
	@unformatted=$$(gofmt -l $$(git ls-files '*.go')); \
	if [ -n "$$unformatted" ]; then echo "gofmt would change:"; echo "$$unformatted"; exit 1; fi
	go vet ./... ./testdata/vm/...
	go run $(STATICCHECK) ./... ./testdata/vm/...

# Offline commands are for developers' machines too.
cross:
	GOOS=linux GOARCH=arm64 CGO_ENABLED=0 go build -o /dev/null ./cmd/ctplan

deps:
	@missing=""; for p in $(PACKAGES); do \
	  dpkg-query -W -f='$${Status}' $$p 2>/dev/null | grep -q 'ok installed' || missing="$$missing $$p"; done; \
	if [ -n "$$missing" ] && command -v apt-get >/dev/null && [ "$$(id -u)" = 0 ]; then \
	  apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends $$missing >/dev/null; \
	elif [ -n "$$missing" ]; then echo "not installed, tests that need them are skipped:$$missing"; fi

# Minutes, and the first time a download of three kernels and a Debian: not
# part of `make test`.
test-vm: ## scenarios on kernels with modules, and across reboots, in virtual machines
	CTPLAN_REQUIRE=$${CI:+1} go test -count=1 -timeout 60m ./testdata/vm

bench: deps build ## what a no-op plan costs beside the commands that it replaces
	CTPLAN_REQUIRE=1 CTPLAN_BINARY=$(CURDIR)/bin/ctplan go test -run '^$$' -bench . -benchtime 50x ./...

fuzz: ## every fuzz target for FUZZTIME (default 2m) each
	@for pkg in $$(go list ./...); do \
	  for target in $$(go test -list '^Fuzz' $$pkg | grep '^Fuzz' || true); do \
	    echo "== $$pkg $$target"; go test -run '^$$' -fuzz "^$$target\$$" -fuzztime $${FUZZTIME:-2m} $$pkg; \
	  done; done

soak: deps build fuzz ## the long runs whose figures go into release notes
	CTPLAN_REQUIRE=1 CTPLAN_SOAK=1 go test -timeout 60m ./...

docs: build ## docs/ from the schema tables, and what the documents show of the program
	go test ./schema -run TestDocs -update
	go test ./cmd/ctplan -run 'Documents|Readme' -update

demo: build deps ## validate, plan, apply, drift, rollback, destroy in a throw-away network namespace
	./examples/demo.sh

clean:
	rm -rf bin .cache
