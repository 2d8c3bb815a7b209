"""A formula that only has to be typed is seen in LaTeX and in code; one that has to be thought about is not."""

import pytest

from autograder.course.audit.formulas import of_code, of_latex, skeletons


@pytest.mark.parametrize(
    ("latex", "code"),
    [
        (r"-y \log p - (1 - y) \log (1 - p)", "loss = -y * np.log(p) - (1 - y) * np.log(1 - p)"),
        (r"\frac{e^{z_i}}{\sum_j e^{z_j}}", "p = np.exp(z) / np.exp(z).sum(axis=1, keepdims=True)"),
        (r"\beta v + (1 - \beta) g", "v = beta * v + (1 - beta) * g"),
        (r"\sqrt{\sum_j (a_j - b_j)^2}", "return np.sqrt(((a - b) ** 2).sum(axis=1))"),
        (r"\frac{1}{n} X^T (p - y) + \lambda w", "g = 1 / n * X.T @ (p - y) + penalty * w"),
    ],
)
def test_the_same_formula_twice(latex, code):
    assert of_code(code) and _loose(of_latex(latex)) == _loose(of_code(code))


def _loose(skeleton):
    """Where a sum stands, before or behind what it sums, is a matter of notation."""
    return sorted(skeleton)


@pytest.mark.parametrize(
    ("latex", "code"),
    [
        (r"-y \log p - (1 - y) \log (1 - p)", "loss = np.logaddexp(0, z) - y * z"),
        (r"\log \frac{p_i}{p_j} = z_i - z_j", "weights = np.exp(logits - logits.max(axis=1, keepdims=True))"),
    ],
)
def test_another_form_is_not_typed_off(latex, code):
    assert of_code(code) not in set(skeletons(f"$${latex}$$"))


def test_formulas_are_found_in_a_text_and_trifles_are_left_out():
    text = "With $a + b$ and\n\n$$ v \\leftarrow \\beta v + (1 - \\beta) g $$\n\nor `v = beta * v + (1 - beta) * g`."
    found = list(skeletons(text))
    assert of_code("v = beta * v + (1 - beta) * g") in found and ("_", "+", "_") not in found
