"""Outputs are cut as nbgrader's own step does it."""

from __future__ import annotations

import copy
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output
from nbgrader.preprocessors import LimitOutput

from autograder.notebook.cut import USUAL, cut

lines = st.integers(0, 12).map(lambda n: "\n".join(map(str, range(n))))
outputs = st.one_of(
    st.builds(lambda text, name: new_output("stream", text=text, name=name), lines, st.sampled_from(["stdout", "stderr"])),
    st.integers(0, 12).map(lambda n: new_output("error", ename="E", evalue="e", traceback=[str(i) for i in range(n)])),
    st.just(new_output("execute_result", data={"text/plain": "1\n2\n3"}, execution_count=1)),
)


@settings(deadline=None, max_examples=300)
@given(st.lists(st.lists(outputs, max_size=4), max_size=3), st.integers(1, 9) | st.just(-1), st.integers(2, 9) | st.just(-1))
def test_cut_as_nbgrader_cuts(cells: list[list[Any]], max_lines: int, max_traceback: int) -> None:
    notebook = new_notebook(cells=[new_markdown_cell("text"), *(new_code_cell("1", outputs=one) for one in cells)])
    theirs, _ = LimitOutput(max_lines=max_lines, max_traceback=max_traceback).preprocess(copy.deepcopy(notebook), {})
    ours = copy.deepcopy(notebook)
    cut(ours, {"max_lines": max_lines, "max_traceback": max_traceback})
    assert ours == theirs


def test_the_usual_limits_are_nbgraders() -> None:
    traits = LimitOutput.class_traits()
    assert {name: traits[name].default_value for name in USUAL} == USUAL
