# make run: sets everything up and starts the platform.
# make test: sets everything up and runs all checks and tests.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin

RUN_PACKAGES := python3-venv chromium-headless-shell ca-certificates fontconfig \
	fonts-liberation fonts-dejavu-core fonts-noto-core fonts-wqy-microhei fonts-symbola
TEST_PACKAGES := $(RUN_PACKAGES) poppler-utils qpdf libreoffice-writer-nogui \
	libreoffice-calc-nogui fonts-crosextra-carlito postgresql redis-server

# Checks look at what runs in production, and must find nothing to warn of.
PRODUCTION := ENV_FILE= DATABASE_URL=sqlite://:memory: ENVIRONMENT=production HTTPS_ONLY=true \
	ALLOWED_HOSTS=example.com SECRET_KEY=$(shell printf 'check-%s' 0 1 2 3 4 5 6 7 8 9)

.PHONY: run setup worker test check lint format lock openapi benchmark benchmark-jobs \
	benchmark-documents benchmark-capture chaos gallery clean

run: setup
	@$(BIN)/python manage.py serve

setup: $(VENV)/.installed staticfiles/.collected

worker: setup
	@$(BIN)/python manage.py worker

$(VENV)/.installed: requirements.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
		{ echo "Python 3.11 or later is needed; name one with PYTHON=…"; exit 1; }
	@scripts/debian_packages.sh $(RUN_PACKAGES)
	@$(PYTHON) -m venv $(VENV)
	@echo "Installing requirements.txt"
	@$(BIN)/pip install -q --disable-pip-version-check -r requirements.txt
	@touch $@

staticfiles/.collected: $(VENV)/.installed
	@SECRET_KEY=static $(BIN)/python manage.py collectstatic --no-input -v0
	@touch $@

$(VENV)/.installed-dev: $(VENV)/.installed requirements-dev.txt
	@scripts/debian_packages.sh $(TEST_PACKAGES)
	@echo "Installing requirements-dev.txt"
	@$(BIN)/pip install -q --disable-pip-version-check -r requirements-dev.txt
	@touch $@

test: check staticfiles/.collected
	@$(BIN)/pytest --cov $(ARGS)

check: lint
	@$(PRODUCTION) $(BIN)/python manage.py makemigrations --check --dry-run
	@$(PRODUCTION) $(BIN)/python manage.py check --deploy --fail-level WARNING
	@$(PRODUCTION) $(BIN)/python manage.py spectacular --validate --fail-on-warn --file /dev/null

lint: $(VENV)/.installed-dev
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/lint-imports

format: $(VENV)/.installed-dev
	@$(BIN)/ruff check --fix .
	@$(BIN)/ruff format .

lock: $(VENV)/.installed-dev
	@$(BIN)/pip-compile -q --strip-extras --no-emit-index-url --no-emit-find-links --no-header -o requirements.txt requirements.in
	@$(BIN)/pip-compile -q --strip-extras --no-emit-index-url --no-emit-find-links --no-header -o requirements-dev.txt requirements-dev.in

openapi: setup
	@$(PRODUCTION) $(BIN)/python manage.py spectacular --file docs/openapi.yaml

benchmark: setup
	@$(BIN)/python -m benchmarks.platform $(ARGS)

benchmark-jobs: $(VENV)/.installed-dev staticfiles/.collected
	@$(BIN)/python -m benchmarks.jobs $(ARGS)

benchmark-documents: $(VENV)/.installed-dev staticfiles/.collected
	@$(BIN)/python -m benchmarks.documents $(ARGS)

benchmark-capture: $(VENV)/.installed-dev staticfiles/.collected
	@$(BIN)/python -m benchmarks.capture $(ARGS)

chaos: $(VENV)/.installed-dev staticfiles/.collected
	@$(BIN)/python -m tests.chaos.run $(ARGS)

gallery: $(VENV)/.installed-dev
	@DJANGO_SETTINGS_MODULE=platform_project.settings $(BIN)/python -c \
		"import django; django.setup(); from tests.gallery import write_images; write_images()"

clean:
	rm -rf $(VENV) staticfiles benchmarks/node/node_modules
