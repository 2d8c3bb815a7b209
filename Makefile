# Twenty Weeks of Deep Learning. Needs make and Python 3.11 or newer, nothing else.
#
#   make lab      the learner's desk: JupyterLab with week 1 fetched and the grading running
#   make test     the tests, but for the long campaigns (make campaigns)
#
# An argument for the program behind a target goes into ARGS: make lab ARGS="--port 9000"

PYTHON = python3
RUN = $(PYTHON) autograder/desk/bootstrap.py

help:
	@echo "make lab      the learner's desk: JupyterLab with week 1 fetched and the grading running"
	@echo "make teach    the instructor's desk: JupyterLab with formgrader"
	@echo "make demo     the whole course in one go, without a browser: build, release, submit, grade, feedback"
	@echo "make test     the tests"
	@echo "make campaigns   what takes longer: every attack, kills and full disks while a class is graded, hostile messages, the desks in a browser"
	@echo "make build    notebooks/ -> source/ and release/"
	@echo "make audit    the author's gate: every exercise against its rivals"
	@echo "make labs     the browser tests on the oldest and the newest JupyterLab: make labs ARGS=\"oldest\""
	@echo "make pictures   draw README's pictures anew, from real pages in a real browser"
	@echo "make fuzz     a million hostile messages and notebooks: make fuzz ARGS=\"--messages 10000 --seed 7\""
	@echo "make kills    kills what grades a class, then compares: make kills ARGS=\"--kills 40 --seed 7\" (also --postgres, --cluster)"
	@echo "make bench    what grading a class costs, beside nbgrader, otter and bare forks; the table goes into docs/grading.md"
	@echo "make conformance   what instructors write, graded by plain nbgrader and by us; the table goes into docs/grading.md"
	@echo "make lock     renew requirements.lock (make lock ARGS=--upgrade: to the newest versions)"
	@echo "make clean    remove the environment and what tools left; the local course .course/ stays"

lab teach demo build audit:
	@$(RUN) workbook $@ $(ARGS)

TESTS = $(RUN) python -m pytest -n logical --maxprocesses 4 --dist loadfile --no-loadscope-reorder

test:
	@$(TESTS) -m "not campaign" $(ARGS)

# Attacks one by one and on a class, kills, full disks, the desks in a browser; then hostile messages and notebooks.
campaigns:
	@$(TESTS) -m campaign $(ARGS)
	@$(RUN) python -m tests.grading.fuzz.campaign --messages 20000 --seed 7

# JupyterLab, the oldest that the package allows and the newest there is, each in an environment of its own.
labs:
	@$(RUN) python -m tests.browser.with_lab $(ARGS)

# README's pictures, from the pages that the browser tests go through. Look at them before they are committed.
pictures:
	@WORKBOOK_PICTURES=1 $(RUN) python -m pytest -q tests/browser/test_home.py tests/browser/test_learner.py tests/browser/test_report_page.py

fuzz:
	@$(RUN) python -m tests.grading.fuzz.campaign $(ARGS)

kills:
	@$(RUN) python tests/grading/kills.py $(ARGS)

bench:
	@$(RUN) python -m bench --write docs/grading.md $(ARGS)

conformance:
	@$(RUN) python -m bench.conformance --write docs/grading.md $(ARGS)

lock:
	@$(PYTHON) autograder/desk/lock.py $(ARGS)

clean:
	rm -rf .venv build dist .mypy_cache .ruff_cache .pytest_cache .hypothesis
	find autograder notebooks tests data -name __pycache__ -type d -prune -exec rm -rf {} +

.PHONY: help lab teach demo build audit test campaigns labs pictures fuzz kills bench conformance lock clean
