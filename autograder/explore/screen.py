"""The widget in the browser: controls, a picture with its words, a store of frames, points to drag."""

from __future__ import annotations

from typing import Any

import anywidget
import ipywidgets
import traitlets

from autograder.explore.page import asset, script


class Screen(anywidget.AnyWidget):  # type: ignore[misc]
    """What it does is in web/live.js; this is its state when a page is loaded."""

    _esm = script("live.js")
    _css = asset("explorer.css")
    first = traitlets.Dict().tag(sync=True)
    picture = traitlets.Bytes().tag(sync=True)


def boxed(screen: Screen) -> Any:
    """The widget in a box of ipywidgets', which is marked when the kernel is gone; one of anywidget's is not."""
    box = ipywidgets.VBox([screen])
    box.add_class("wb-live")
    return box
