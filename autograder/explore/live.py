"""The live side of an explorer, in the kernel: it draws what the browser asks for, then what it may ask for next."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from autograder.explore import mine as hers
from autograder.explore.explorer import Explorer, notebook
from autograder.explore.idle import IDLE
from autograder.explore.page import At
from autograder.explore.paint import Shot, in_data
from autograder.explore.screen import Screen, boxed

AHEAD = 60  # pictures of one row that are drawn ahead, at most
CHEAP = 0.12  # seconds of CPU: a picture that costs more is not drawn unless somebody asks
DEAR = 2.0  # seconds: a picture of the learner's function that costs more waits for her click


class Live:
    """One shown explorer: its widget, and what its pictures are made of just now."""

    def __init__(self, of: Explorer, shell: Any) -> None:
        self.of, self.shell = of, shell
        IDLE.start(shell)
        first = of.first()
        told = {"controls": [control.page() for control in of.controls], "drag": bool(of.drag)}
        self.screen = Screen(first=first.about() | told, picture=first.data)
        self.box = boxed(self.screen)
        self.screen.on_msg(lambda _, content, __: IDLE.soon(lambda: self.answer(content)))
        self.at = of.start
        self.moved = 0, 1  # the control that moved last, and which way
        self.sent = {self.at}
        self.uses = hers.made_of(of.mine, notebook())
        self.dear = of.mine and of.cost > DEAR
        SHOWN.add(self)

    def show(self) -> None:
        """Show the widget, without a word in its place where it cannot live: the HTML above it has them."""
        from IPython.display import display

        display({**self.box._repr_mimebundle_(), "text/plain": ""}, raw=True)  # type: ignore[no-untyped-call]
        IDLE.add(self, self.copies())

    # ---- what the browser asks for

    def answer(self, content: dict[str, Any]) -> None:
        """Draw what was asked for and send it; only the browser knows what it has already."""
        IDLE.touch()
        if content.get("redraw"):
            return self.redraw()
        if content.get("reset"):
            return self.of.reset()
        at = tuple(content["at"])
        fits = len(at) == len(self.of.controls) and all(
            k in range(len(c.values)) for k, c in zip(at, self.of.controls, strict=True)
        )
        if not fits:
            return None
        self._remember(at, content.get("spots"))
        fine = bool(content.get("fine"))
        self.send(at, self._drawn(at, fine), fine)
        if fine:
            IDLE.add(self, self.row())
        return None

    def _remember(self, at: At, spots: Any) -> None:
        for i, (a, b) in enumerate(zip(self.at, at, strict=True)):
            if a != b:
                self.moved = i, 1 if b > a else -1
        self.at = at
        for name in self.of.drag if spots and self.of.painter.axes else ():
            data = in_data(self.of.painter.axes, spots)
            self.of.points[name][: len(data)] = data

    def _drawn(self, at: At, fine: bool) -> Shot:
        try:
            return self.of.shot(at, fine)
        except Exception as error:  # ours: it is said where the picture would be, for nobody sees a kernel's log
            return Shot(b"", "text", f"This picture could not be drawn. {type(error).__name__}: {error}")

    def send(self, at: At, shot: Shot, fine: bool, asked: bool = True) -> None:
        """Give the browser a picture."""
        self.sent.add(at)
        key = ",".join(map(str, at))
        self.screen.send({"frame": key, "fine": fine, "asked": asked, "about": shot.about()}, [shot.data])

    # ---- when nobody waits

    def row(self) -> Iterator[None]:
        """The pictures on the row of the control that moved last, nearest first; then what is saved."""
        if self.of.controls and not self.of.drag and not self.of.mine and self.of.cost < CHEAP:
            i, way = self.moved
            others = [(*self.at[:i], k, *self.at[i + 1 :]) for k in range(len(self.of.controls[i].values))]
            others.sort(key=lambda at: abs(at[i] - self.at[i] - 0.1 * way))
            for at in others[:AHEAD]:
                if at not in self.sent:
                    self.send(at, self.of.shot(at, fine=False), fine=False, asked=False)
                    yield
        yield from self.copies()

    def copies(self) -> Iterator[None]:
        """The frames that are saved, which the browser may use as well; then they are put beside the picture."""
        before = len(self.of.copies)
        for _ in self.of.prepare():
            at, shot = next(reversed(self.of.copies.items()))
            if at not in self.sent:
                self.send(at, shot, fine=False, asked=False)
            yield
        if len(self.of.copies) > before:
            self.of.save()

    # ---- the learner's functions

    def ran(self) -> None:
        """A cell has run: has something changed that this picture is made of?"""
        names = notebook()
        mine = hers.current(self.of.mine, names)
        uses = hers.made_of(mine, names)
        changed = hers.differs(self.uses, uses)
        if not changed:
            return
        self.of.mine, self.uses = mine, uses
        if self.dear:
            told = ", ".join(f"`{name}`" for name in changed)
            self.screen.send({"stale": f"{told} {'have' if len(changed) > 1 else 'has'} changed since this was drawn."})
        else:
            IDLE.add(self, self.later())

    def later(self) -> Iterator[None]:
        """Redraw, once the cells that are to run have run."""
        self.redraw()
        yield

    def redraw(self) -> None:
        """Draw anew what is saved and what is shown."""
        self.of.copies.clear()
        first = self.of.first()
        self.dear = bool(self.of.mine) and self.of.cost > DEAR
        self.sent = {self.of.start}
        with self.screen.hold_sync():
            self.screen.first, self.screen.picture = {**self.screen.first, **first.about()}, first.data
        self.screen.send({"forget": True, "about": first.about()}, [first.data])
        self.of.save()


class Shown:
    """The explorers of this kernel that are alive: one a place, the latest."""

    def __init__(self) -> None:
        self.lives: dict[Any, Live] = {}

    def add(self, live: Live) -> None:
        """A new one; the one that its cell showed before is over."""
        key = place(live)
        if old := self.lives.pop(key, None):
            IDLE.drop(old)
            old.box.close()
            old.screen.close()
        self.lives[key] = live
        if not getattr(live.shell, "_explorers_listen", False):
            live.shell._explorers_listen = True
            live.shell.events.register("post_run_cell", lambda *_: self.ran())

    def ran(self) -> None:
        """A cell has run."""
        for live in list(self.lives.values()):
            if live.of.mine:
                live.ran()


def place(live: Live) -> Any:
    """Where an explorer is shown: the same function in the same cell is the same place."""
    try:
        cell = live.shell.get_parent()["metadata"]["cellId"]
    except (AttributeError, KeyError, TypeError):
        cell = ""
    return cell, live.of.draw.__module__, live.of.draw.__qualname__


SHOWN = Shown()
