"""What the pictures and explorers of all weeks have in common: look, pictures with words, things to choose and to drag.

A week's ``explore.py`` writes functions that return a figure; this package gives them one look, an alternative text,
controls, and a picture for every place where controls cannot live (a saved notebook, an exported page, a feedback page).
"""

from autograder.explore.controls import Drag
from autograder.explore.explorer import Explorer, explorer
from autograder.explore.parts import images, points, regions, surface
from autograder.explore.picture import Picture, picture
from autograder.explore.style import (
    BLUE,
    CLASSES,
    GREEN,
    GREY,
    INK,
    MARKERS,
    ORANGE,
    PAPER,
    PURPLE,
    RED,
    SHADES,
    SIGNED,
    SKY,
    figure,
    style,
)

__all__ = [
    "BLUE", "CLASSES", "GREEN", "GREY", "INK", "MARKERS", "ORANGE", "PAPER", "PURPLE", "RED", "SHADES", "SIGNED", "SKY",
    "Drag", "Explorer", "Picture", "explorer", "figure", "images", "picture", "points", "regions", "style", "surface",
]  # fmt: skip
