# `make chat` and `make test` do everything on a fresh machine; all of it stays in .venv and .rag.
PYTHON ?= python3
VENV   := .venv
BIN    := $(VENV)/bin
DATA   ?= ../shared/data
ARTICLES ?= ../shared/articles
ASKERS ?= 20,200
TRAIN ?= ../shared/train

.DEFAULT_GOAL := help
.PHONY: help install chat ask test check format eval eval-gate bench-retrieval bench-answers bench-reading bench-speed fit-reader bench-scale bench-ingestion bench-databases bench-embedding bench-attacks bench-pages bench-llm bench-verify bench-load bench-understand fit-understand fuzz test-faults test-wheel test-clients clean

help:            ## list the commands
	@grep -E '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:[^#]*##/  /' | sort

$(BIN)/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Python 3.11 or newer is needed; run: make PYTHON=/path/to/python3.11"; exit 1; }
	@$(PYTHON) -m venv $(VENV)

$(VENV)/.installed: $(BIN)/python pyproject.toml constraints.txt
	@echo "Installing into $(VENV) (once, a minute or two) ..." >&2
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -e .
	@touch $@

$(VENV)/.installed-dev: $(VENV)/.installed
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -e '.[dev,bench]'
	@touch $@

install: $(VENV)/.installed  ## set up .venv

ask: $(VENV)/.installed      ## set up, ingest corpus/, answer: make ask Q="your question"
	@test -n "$$Q" || { echo 'Give a question: make ask Q="When did Putin visit Pyongyang?"' >&2; exit 2; }
	@$(BIN)/rag ingest corpus/ >&2
	@$(BIN)/rag ask "$$Q"

chat: $(VENV)/.installed     ## set up, ingest corpus/ the first time, open the chat page
	@$(BIN)/rag chat --sample

test: $(VENV)/.installed-dev ## set up, run every test
	@$(BIN)/python -m pytest

fuzz: $(VENV)/.installed-dev ## every reader on hostile files: INPUTS=13000 for each of them, SEED=0
	@$(BIN)/python -m pytest tests/fuzz --inputs $(or $(INPUTS),13000) --hypothesis-seed $(or $(SEED),0)

test-faults: $(VENV)/.installed-dev ## kills, full disks, damage, jumping clocks: KILLS=200, SEED=0
	@$(BIN)/python -m pytest tests/faults --kills $(or $(KILLS),200) --seed $(or $(SEED),0)

test-wheel: $(VENV)/.installed-dev ## the wheel as others install it, on every Python here (needs a package index)
	@$(BIN)/python -m pytest tests/outside/check_wheel.py

test-clients: $(VENV)/.installed-dev ## real clients on a running server (needs the indexes of Python and Node)
	@$(BIN)/python -m pytest -rs -v tests/outside/check_clients.py

check: $(VENV)/.installed-dev ## lint and types
	@$(BIN)/ruff check . && $(BIN)/ruff format --check . && $(BIN)/mypy

format: $(VENV)/.installed-dev ## format the code
	@$(BIN)/ruff format . && $(BIN)/ruff check --fix .

eval: $(VENV)/.installed        ## every case over corpus/, and a report below eval-results/
	@$(BIN)/rag eval --engine quotes

eval-gate: $(VENV)/.installed   ## fail if an answer got worse than the baselines in eval/baselines/
	@$(BIN)/rag eval check corpus newsroom
	@$(BIN)/rag eval gate --baseline eval/baselines/corpus.json
	@$(BIN)/rag eval gate --baseline eval/baselines/newsroom.json

bench-retrieval: $(VENV)/.installed-dev ## recall and nDCG beside two baselines
	@$(BIN)/python -m eval.benchmarks.retrieval --data $(DATA)

bench-answers: $(VENV)/.installed-dev   ## quotes, follow-ups, abstention
	@$(BIN)/python -m eval.benchmarks.answers --data $(DATA)

bench-reading: $(VENV)/.installed-dev   ## does the right sentence come, and nothing where nothing answers
	@$(BIN)/python -m eval.benchmarks.reading --data $(DATA) --articles $(ARTICLES)

bench-speed: $(VENV)/.installed-dev     ## ingestion, cold and warm answers, memory, disk
	@$(BIN)/python -m eval.benchmarks.speed --data $(DATA)

bench-scale: $(VENV)/.installed-dev     ## retrieval in large archives: PASSAGES=10000,100000 FOLDER=to keep, SWEEP=1
	@$(BIN)/python -m eval.benchmarks.scale --data $(DATA) --passages $(or $(PASSAGES),10000,100000) $(if $(FOLDER),--folder $(FOLDER)) $(if $(SWEEP),--sweep)

bench-databases: $(VENV)/.installed-dev ## SQLite beside PostgreSQL: URL=postgresql://user@host/empty
	@$(BIN)/python -m eval.benchmarks.databases --url '$(URL)'

bench-embedding: $(VENV)/.installed-dev ## the embedding engine beside the plain one
	@$(BIN)/python -m eval.benchmarks.embedding --data $(DATA)

bench-ingestion: $(VENV)/.installed-dev     ## a long ingestion from end to end: COUNT=100000, EMBEDDER=hash
	@$(BIN)/python -m eval.benchmarks.ingestion --data $(DATA) --articles $(or $(COUNT),100000) --embedder $(or $(EMBEDDER),hash)

bench-pages: $(VENV)/.installed-dev     ## generated web pages: dates, headlines, authors and text: COUNT=200, SEED=0
	@$(BIN)/python -m eval.benchmarks.pages --count $(or $(COUNT),200) --seed $(or $(SEED),0) --all

bench-attacks: $(VENV)/.installed-dev   ## articles that command whoever reads them: ENGINE=quotes or llm
	@$(BIN)/python -m eval.benchmarks.attacks --engine $(or $(ENGINE),quotes)

bench-llm: $(VENV)/.installed-dev       ## written answers beside quotes and LlamaIndex's citing engine
	@$(BIN)/python -m eval.benchmarks.llm --data $(DATA) --articles $(ARTICLES)

bench-verify: $(VENV)/.installed-dev    ## the check against people's labels; JUDGE=1: with the model
	@$(BIN)/python -m eval.benchmarks.verify --data $(DATA) $(if $(JUDGE),--judge --limit $(or $(LIMIT),40))

bench-understand: $(VENV)/.installed-dev    ## what messages want: intents, wrapping, follow-ups
	@$(BIN)/python -m eval.benchmarks.understand

fit-understand: $(VENV)/.installed-dev      ## train what understands messages, some minutes
	@$(BIN)/python -m eval.training.fit_understand

bench-load: $(VENV)/.installed-dev      ## many who ask a server at a time: SECONDS=120, ASKERS=20,200
	@$(BIN)/python -m eval.benchmarks.load --seconds $(or $(SECONDS),120) --askers $(ASKERS)

fit-reader: $(VENV)/.installed-dev      ## train the reader, from where it was stopped, and calibrate it: TRAIN=../shared/train TOKENS=20e6
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -e '.[train]'
	@$(BIN)/python -m eval.training.fit_reader --data $(TRAIN) --sets $(DATA) --tokens $(or $(TOKENS),20e6) --decay $(or $(DECAY),6e6)
	@$(BIN)/python -m eval.training.export .train/reader.pt rag/read/reader.onnx
	@$(BIN)/python -m eval.benchmarks.fit_answers --data $(DATA) --write

clean:           ## remove .venv and caches (never the archive)
	@rm -rf $(VENV) .pytest_cache .ruff_cache .mypy_cache build *.egg-info

export Q
