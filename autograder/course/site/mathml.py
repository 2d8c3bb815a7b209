"""Formulas as MathML: browsers set it themselves, so that the site loads no script for it, online or off, and print has it."""

from __future__ import annotations

import html
from typing import Any

from docutils import nodes
from latex2mathml.converter import convert


def mathml(latex: str, block: bool) -> str:
    """A formula's MathML, with its LaTeX as the annotation that copying gives and search finds."""
    made = convert(latex, display="block" if block else "inline")
    return made.replace("<math ", f'<math aria-label="{html.escape(latex)}" ', 1)


def visit_math(self: Any, node: nodes.math) -> None:
    """A formula in a line of text."""
    self.body.append(mathml(node.astext(), False))
    raise nodes.SkipNode


def visit_displaymath(self: Any, node: nodes.math_block) -> None:
    """A formula on a line of its own; a long one scrolls sideways by itself."""
    self.body.append(f'<div class="formula">{mathml(node.astext(), True)}</div>')
    raise nodes.SkipNode


def setup(app: Any) -> dict[str, Any]:
    """Sphinx's hook."""
    app.add_html_math_renderer("mathml", (visit_math, None), (visit_displaymath, None))
    return {"parallel_read_safe": True, "parallel_write_safe": True}
