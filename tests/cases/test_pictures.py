"""Results drawn without script: a small array as a heat map, points as a plot, nothing where there is nothing to see."""

from __future__ import annotations

import base64
import re

import numpy as np
import pytest

from autograder.cases.pictures import drawn


def test_a_small_array_is_a_heat_map_with_its_numbers() -> None:
    page = drawn(np.array([[1.0, -2.0], [0.0, np.nan]]))
    assert "array (2, 2), float64" in page and re.findall(r">([^<>]+)</td>", page) == ["1", "-2", "0", "nan"]
    shades = [float(one) for one in re.findall(r"rgba\(\d+,\d+,\d+,(0\.\d\d)\);padding", page)]
    assert shades[1] > shades[0] > shades[2]
    assert "rgba(200,105,0" in page.split("-2</td>")[0].rsplit("<td", 1)[1]


def test_points_are_a_plot_with_words() -> None:
    points = np.array([[0.0, 0], [4, 0], [4, 2], [0, 2], [2, 1]])
    page = drawn(points)
    assert 'alt="5 points, from [0., 0.] to [4., 2.]"' in page
    svg = base64.b64decode(re.search(r"base64,([^\"]+)", page)[1]).decode()
    at = np.array([[float(x), float(y)] for x, y in re.findall(r'cx="([-\d.]+)" cy="([-\d.]+)"', svg)])
    steps = at[1] - at[0], at[2] - at[1]
    assert (
        steps[0][1] == 0 and steps[1][0] == 0 and steps[0][0] == pytest.approx(-2 * steps[1][1], abs=0.2)
    )  # one scale, y upwards
    assert (at > 0).all() and (at < [260, 200]).all()


@pytest.mark.parametrize("points", [np.zeros((6, 2)), np.c_[np.arange(6.0), np.zeros(6)]])
def test_points_on_one_another_or_on_a_line_are_drawn(points: np.ndarray) -> None:
    svg = base64.b64decode(re.search(r"base64,([^\"]+)", drawn(points))[1]).decode()
    assert svg.count("<circle") == 6 and "nan" not in svg


@pytest.mark.parametrize(
    "value", [None, 3.0, "text", np.array(3.0), np.zeros((30, 30)), np.zeros((2, 2, 2)), np.array(["a", "b"]), np.zeros((0, 2))]
)
def test_what_cannot_be_drawn_is_left_out(value: object) -> None:
    assert drawn(value) == ""


def test_of_a_result_in_parts_the_first_arrays_are_drawn_each_with_its_place() -> None:
    page = drawn(([(np.ones((2, 3)), np.zeros(3))], {"cost": np.arange(4)}))
    assert page.count("<table") == 2 and "[0][0][0]: array (2, 3)" in page and "[0][0][1]: array (3,)" in page
