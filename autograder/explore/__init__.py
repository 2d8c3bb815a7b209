"""What the pictures and explorers of all weeks have in common: look, still pictures, slider panels.

A week's ``explore.py`` writes functions that return a figure; this package gives them one look, an alternative
text, sliders, and a still picture for every place where sliders cannot live (an exported page, a feedback page).
"""
from autograder.explore.panel import Panel, panel
from autograder.explore.parts import images, points, regions, surface
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
    Picture,
    figure,
    picture,
    style,
)

__all__ = [
    "BLUE", "CLASSES", "GREEN", "GREY", "INK", "MARKERS", "ORANGE", "PAPER", "PURPLE", "RED", "SHADES", "SIGNED", "SKY",
    "Panel", "Picture", "figure", "images", "panel", "picture", "points", "regions", "style", "surface",
]
