"""A picture with sliders; where no sliders can live, the picture alone."""
from __future__ import annotations

from collections.abc import Callable
from typing import Any

from matplotlib.figure import Figure

from autograder.explore.style import Picture, alternative, style


class Panel:
    """A picture that is drawn anew whenever one of its sliders moves. Made by `panel`."""

    def __init__(self, draw: Callable[..., Figure], controls: dict[str, Any], labels: dict[str, str]) -> None:
        self.draw, self.controls, self.labels = draw, controls, labels
        self._widget: Any = None

    def picture(self, **values: Any) -> Picture:
        """The picture at the starting values, or at those given."""
        with style():
            return Picture(self.draw(**{name: start(control) for name, control in self.controls.items()} | values),
                           alternative(self.draw))

    def __repr__(self) -> str:
        return f"<panel: {alternative(self.draw) or 'untitled'}>"

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> tuple[dict[str, Any], dict[str, Any]]:
        data, metadata = self.picture()._repr_mimebundle_()
        if not in_a_kernel():
            return data, metadata
        if self._widget is None:
            self._widget = self._build()
        view = {"version_major": 2, "version_minor": 0, "model_id": self._widget.model_id}
        return {**data, "application/vnd.jupyter.widget-view+json": view}, metadata

    def _build(self) -> Any:
        import ipywidgets  # only a kernel needs it

        sliders = {name: slider(ipywidgets, control, self.labels.get(name, name.replace("_", " ")))
                   for name, control in self.controls.items()}
        first = self.picture()
        image = ipywidgets.Image(value=first.png, format="png", width=first.width)

        def redraw(_: Any = None) -> None:
            image.value = self.picture(**{name: one.value for name, one in sliders.items()}).png

        for one in sliders.values():
            one.observe(redraw, names="value")
        row = ipywidgets.Box(list(sliders.values()), layout={"flex_flow": "row wrap", "max_width": f"{first.width}px"})
        return ipywidgets.VBox([row, image])


def panel(draw: Callable[..., Figure], labels: dict[str, str] | None = None, **sliders: Any) -> Panel:
    """Show ``draw(**values)``, a function that returns a figure, with a slider for each of its arguments.

    Parameters
    ----------
    draw : function that returns a figure (see `figure`); its docstring becomes the alternative text.
    labels : what to write beside a slider, where its name will not do.
    sliders : for each argument of `draw` one of
        ``(low, high, start)`` or ``(low, high, start, step)``: whole numbers where all are whole, else floats;
        a list: a choice, the first to start with; ``True`` or ``False``: a tick box.
    """
    return Panel(draw, sliders, labels or {})


def start(control: Any) -> Any:
    """The value that a control stands at before anyone has moved it."""
    return control[2] if isinstance(control, tuple) else control[0] if isinstance(control, list) else control


def slider(ipywidgets: Any, control: Any, label: str) -> Any:
    """The widget for one control."""
    wide: dict[str, Any] = {"description": label, "layout": {"width": "340px"}}
    wide["style"] = {"description_width": "130px"}
    if isinstance(control, bool):
        return ipywidgets.Checkbox(value=control, indent=False, **wide)
    if isinstance(control, list):
        return ipywidgets.Dropdown(options=control, value=control[0], **wide)
    if all(isinstance(v, int) for v in control):
        low, high, value, step = (*control, 1)[:4]
        return ipywidgets.IntSlider(value=value, min=low, max=high, step=step, **wide)
    low, high, value, step = (*control, (control[1] - control[0]) / 100)[:4]
    return ipywidgets.FloatSlider(value=value, min=low, max=high, step=step, readout_format=".2f", **wide)


def in_a_kernel() -> bool:
    """Whether somebody can move a slider: only a running Jupyter kernel answers one."""
    try:
        from IPython.core.getipython import get_ipython
    except ImportError:
        return False
    return getattr(get_ipython(), "kernel", None) is not None
