"""How much is typed into code: every place where numbers can be kept counts, honest code stays far below."""

from __future__ import annotations

import ast

import numpy as np
import pytest

from autograder.notebook import typed

RNG = np.random.default_rng(0)
BYTES = RNG.bytes(1500)
WIDE = "".join(chr(0x4E00 + int(k)) for k in RNG.integers(0, 20000, 700))
KEPT = {
    "numbers": f"T = {[round(float(v), 3) for v in RNG.normal(size=600)]}",
    "one long number": f"T = {int.from_bytes(BYTES, 'big')}",
    "one long hexadecimal number": f"T = {hex(int.from_bytes(BYTES * 9, 'big'))}",
    "bytes": f"T = {BYTES!r}",
    "many short texts": "\n".join(f"T{k} = {WIDE[k : k + 20]!r}" for k in range(0, 700, 20)),
    "an f-string": f"T = f'{WIDE}{{1}}'",
    "names": "\n".join(f"{WIDE[k : k + 7]} = 1" for k in range(0, 700, 7)),
    "argument names": f"f({', '.join(f'{WIDE[k : k + 7]}=1' for k in range(0, 700, 7))})",
    "attributes": "\n".join(f"t.{WIDE[k : k + 7]}" for k in range(0, 700, 7)),
    "annotations": "\n".join(f"t: {WIDE[k : k + 7]!r}" for k in range(0, 700, 7)),
    "truth values": f"T = {[bool(b) for b in RNG.integers(0, 2, 9000)]}",
    "two names over and over": f"T = [{', '.join('ab'[b] for b in RNG.integers(0, 2, 9000))}]",
    "empty lists and tuples": f"T = [{', '.join(['[]', '()', '{}'][b] for b in RNG.integers(0, 3, 7000))}]",
    "complex numbers": f"T = [{', '.join(f'{v:.4f}j' for v in RNG.normal(size=600))}]",
    "imaginary file names": "\n".join(f"import {WIDE[k : k + 7]}" for k in range(0, 700, 7)),
}


@pytest.mark.parametrize("kind", KEPT)
def test_numbers_are_counted_wherever_they_are_kept(kind: str) -> None:
    assert typed.size([ast.parse(KEPT[kind])]) > typed.MOST


def test_the_shape_of_code_is_bounded_too() -> None:
    rows = [f"T = {''.join('+-~'[k] for k in RNG.integers(0, 3, 40))}x" for _ in range(900)]
    assert typed.size([ast.parse("\n".join(rows))]) < 100
    assert typed.code_size(rows) > typed.MOST_CODE


def test_an_honest_answer_is_far_below() -> None:
    with open(__file__, encoding="utf-8") as file:  # this test's own code is longer than most answers, tables aside
        functions = [node for node in ast.parse(file.read()).body if isinstance(node, ast.FunctionDef)]
    assert 100 < typed.size(functions) < typed.MOST
