"""The widget in the browser: controls, a picture with its words, a store of frames, points to drag."""
from __future__ import annotations

import anywidget
import traitlets

from autograder.explore.page import asset, script


class Screen(anywidget.AnyWidget):  # type: ignore[misc]
    """What it does is in web/live.js; this is its state when a page is loaded."""

    _esm = script("live.js")
    _css = asset("explorer.css")
    first = traitlets.Dict().tag(sync=True)
    picture = traitlets.Bytes().tag(sync=True)

    def __init__(self, **state: object) -> None:
        super().__init__(**state)
        self.add_class("wb-live")
