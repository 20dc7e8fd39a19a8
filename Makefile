# One-line doors to the `chumchon` command line. Goals are done one after the other, in the order typed.
# More options: ARGS, as in `make test ARGS="-k relay"`.

.DEFAULT_GOAL := help
.NOTPARALLEL:
.DELETE_ON_ERROR:
.SUFFIXES:
.PHONY: help setup up down status demo test check schemas token bench chaos clean again

BIN := .venv/bin
STAMP := .venv/.installed
BENCH := .venv/.installed-bench
UV := $(BIN)/uv pip
PINNED := requirements/runtime.txt requirements/local.txt requirements/dev.txt
PYTHONS := $(if $(PYTHON),"$(PYTHON)",python3.13 python3.12 python3.11 python3)
FITS := import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 11))

help: ## แสดงคำสั่งทั้งหมด · this list
	@echo 'ชุมชน · Chumchon'
	@awk -F ': *[^#]*## ' '/^[a-z]+:.*## / { printf "  make %-9s %s\n", $$1, $$2 }' Makefile

setup: $(STAMP) ## เตรียมสภาพแวดล้อม · make .venv with the pinned packages (once; again when the pins change)

up: $(STAMP) ## เริ่มระบบ · start the local stack, or repair it
	@$(BIN)/chumchon up $(ARGS)

down: $(STAMP) ## หยุดระบบ · stop what `make up` started; the data stay
	@$(BIN)/chumchon down $(ARGS)

status: $(STAMP) ## ดูสถานะ · how every part is
	@$(BIN)/chumchon status $(ARGS)

demo: $(STAMP) ## ตัวอย่างลำพูน · start everything, load the Lamphun example, show the board
	@$(BIN)/chumchon demo $(ARGS)

test: $(STAMP) ## ทดสอบ · all tests
	@$(BIN)/pytest $(ARGS)

check: $(STAMP) ## ตรวจโค้ด · lint, format, types, import rules, committed schemas, the catalogue and its page
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports
	@$(BIN)/chumchon schemas --check
	@$(BIN)/chumchon catalogue docs --check

schemas: $(STAMP) ## สร้างสคีมา · write the JSON Schemas, AsyncAPI and OpenAPI again
	@$(BIN)/chumchon schemas $(ARGS)

token: $(STAMP) ## ขอโทเคน · a token of the local issuer: make token ROLE=officer AREA=51 (TH: the nation)
	@$(BIN)/chumchon token --role '$(or $(ROLE),officer)' --area '$(AREA)' $(ARGS)

bench: $(BENCH) ## วัดความเร็ว · measure, also against the peers
	@$(BIN)/python -m tests.bench $(ARGS)

chaos: $(STAMP) ## ทดสอบการล่ม · kill and stop parts under load, then prove that nothing was lost: make chaos SEED=1 KILLS=200
	@$(BIN)/python -m tests.chaos --seed '$(or $(SEED),1)' --kills '$(or $(KILLS),200)' $(ARGS)

clean: ## ล้างสิ่งที่สร้าง · stop the stack, remove .venv and caches; the data under .local stay
	@if [ -x $(BIN)/chumchon ]; then $(BIN)/chumchon down; fi
	@rm -rf .venv build chumchon.egg-info .mypy_cache .ruff_cache .hypothesis .import_linter_cache
	@find contracts deploy services tests -name __pycache__ -type d -prune -exec rm -rf {} +

# The environment is made anew in a folder that was moved or copied (its scripts point to where it was), and where the
# Python that it was made with is gone.
ifneq "$(shell [ -x $(BIN)/python ] && cat $(STAMP) 2>/dev/null)" "$(shell pwd -P)"
$(STAMP): again
endif

$(STAMP): requirements/uv.txt $(PINNED) pyproject.toml
	@if [ -e $(STAMP) ] && [ "$$(cat $(STAMP))" != "$$(pwd -P)" ] || ! $(BIN)/python -c '$(FITS)' 2>/dev/null; then \
	  found=; for python in $(PYTHONS); do \
	    if "$$python" -c '$(FITS)' 2>/dev/null; then found=$$python; break; fi; \
	  done; \
	  if [ -z "$$found" ]; then \
	    echo 'ไม่พบ Python 3.11 ขึ้นไป (พร้อม venv) โปรดติดตั้งก่อน หรือระบุด้วย make setup PYTHON=/…/python' >&2; \
	    echo 'No Python >= 3.11 with venv here: install one (Debian: python3 and python3-venv), or name it: make setup PYTHON=/…/python' >&2; \
	    exit 1; \
	  fi; \
	  echo "กำลังสร้าง .venv · making .venv with $$("$$found" --version)" >&2; \
	  "$$found" -m venv --clear .venv; \
	fi
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements/uv.txt
	@$(UV) sync --quiet --python $(BIN)/python --require-hashes $(PINNED)
	@$(UV) install --quiet --python $(BIN)/python --no-deps --no-build-isolation --editable .
	@pwd -P > $@

$(BENCH): $(STAMP) requirements/bench.txt
	@$(UV) sync --quiet --python $(BIN)/python --require-hashes $(PINNED) requirements/bench.txt
	@$(UV) install --quiet --python $(BIN)/python --no-deps --no-build-isolation --editable .
	@touch $@
