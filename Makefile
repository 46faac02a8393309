# What is checked, one command each. `scripts/test` prepares the machine and runs `make check`.

BIN := .venv/bin
UV ?= uv
COMPILE = $(UV) pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header --no-annotate

.PHONY: check lint types contracts safety test deciding acting unit bench bench-reading bench-registry bench-soak bench-hosts bench-growth campaign campaign-hosts postgresql mutants audit-release lock demo clean

check: lint types contracts safety test

lint:
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

types:
	$(BIN)/mypy

# The laws of the house: which module may import which (pyproject.toml, [tool.importlinter]).
contracts:
	$(BIN)/lint-imports

# What is written unsafely, what must not be committed, and known holes in the locked packages (where PyPI can be asked).
safety:
	$(BIN)/bandit --quiet --recursive --configfile pyproject.toml agent checks 2>/dev/null # its warnings of each `nosec`
	$(BIN)/python -m checks.secrets
	$(BIN)/python -m checks.vulnerabilities

test: deciding acting

# No disk, no network, no waiting. What decides must be tested here, in every branch.
deciding:
	$(BIN)/pytest -n 3 --dist loadfile tests/unit --cov=agent.domain --cov=agent.core --cov-branch --cov-fail-under=100 \
		--cov-report=term-missing:skip-covered

# What acts is tested by what it does. Half of the time is waiting, so three files are run at once, each by one process;
# in the order of their names the longest come first, and nobody waits for one of them at the end.
acting:
	$(BIN)/pytest -n 3 --dist loadfile --no-loadscope-reorder --ignore=tests/unit

# For each save of a file.
unit:
	$(BIN)/pytest -q tests/unit

# What it costs, beside the bounds of docs/benchmarks.md; about fifteen minutes on two cores, and twice that for reading.
bench:
	$(BIN)/python -m benchmarks
	$(BIN)/python -m benchmarks.registry
	$(BIN)/python -m benchmarks.reading

# Other scans than its own: python -m benchmarks.reading --documents FOLDER
bench-reading:
	$(BIN)/python -m benchmarks.reading

# Fewer people: python -m benchmarks.registry --people 100000
bench-registry:
	$(BIN)/python -m benchmarks.registry

# Five thousand letters, about ten minutes; fewer: python -m benchmarks.soak --documents 1000
bench-soak:
	$(BIN)/python -m benchmarks.soak

# One worker host and two on one PostgreSQL, each on a core of its own: needs a quiet machine with two cores. Fewer: python -m benchmarks.hosts --documents 100
bench-hosts:
	$(BIN)/python -m benchmarks.hosts

# A million documents in ledger and archive, about twelve minutes; TMPDIR needs 3 GB. Fewer: python -m benchmarks.growth --sizes 1000 100000
bench-growth:
	$(BIN)/python -m benchmarks.growth

# Ten minutes under fire, and all must be well after each fault; docs/faults.md. Shorter: python -m tests.faults.campaign --minutes 2
campaign:
	$(BIN)/python -m tests.faults.campaign --minutes 10

# The same for several hosts on one ledger in PostgreSQL; it needs root. Shorter: python -m tests.faults.hosts --minutes 2
campaign-hosts:
	$(BIN)/python -m tests.faults.hosts --minutes 10

# What the story asks of a ledger, once more with each ledger in PostgreSQL; on a busy machine it took forty minutes.
IN_POSTGRESQL = alerts anchoring asking availability canary choices conservation conversation conversation_rows costs custody \
	denials digest explain export failures_command forgetting house_notices learning overrides pausing redeciding rereading \
	results retention sampling searchable_custody showing snippets splitting_custody storms talk trends undelivered \
	undelivered_told
postgresql:
	$(BIN)/pytest -q -p tests.in_postgresql $(IN_POSTGRESQL:%=tests/integration/test_%.py)

# Change the rules of deciding one by one, and see whether a test notices: docs/mutation.md argues for what none does.
mutants:
	$(BIN)/python -m pip install --quiet --disable-pip-version-check mutmut==3.8.1
	rm -rf mutants
	$(BIN)/mutmut run
	$(BIN)/mutmut results

# Before a release: known holes in the locked packages, and PyPI must have answered.
audit-release:
	$(BIN)/python -m checks.vulnerabilities --must-ask

# Choose newer versions on purpose: delete a line of a lock, or call with UPGRADE=--upgrade.
lock:
	$(COMPILE) $(UPGRADE) pyproject.toml -o requirements.lock
	$(COMPILE) $(UPGRADE) pyproject.toml --extra dev -o requirements-dev.lock
	$(COMPILE) $(UPGRADE) --group pyproject.toml:build -o requirements-build.lock

demo:
	scripts/demo

# What tools leave behind; never .venv, never a document.
clean:
	rm -rf mutants .coverage .hypothesis .import_linter_cache .mypy_cache .pytest_cache .ruff_cache build dist
	find agent benchmarks tests -name __pycache__ -type d -prune -exec rm -rf {} +
