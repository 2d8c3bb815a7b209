"""The local course: everything that a learner and an instructor on one machine need, in one ignored folder.

.course/
    exchange/       where weeks are released, handed in and given back
    learner/        the learner's workspace: her notebooks, hers alone, never overwritten
    instructor/     the course's root for nbgrader: gradebook, submissions, feedback; source/ is the checkout's
    settings/       Jupyter's and nbgrader's settings for the two desks, written anew at every start
    cache/          nbgrader's copies of what the learner handed in
    logs/
"""

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from traitlets.config import Config
from traitlets.config.loader import PyFileConfigLoader

from autograder.errors import Mend

HOME = ".course"
#: what the instructor's desk shows of the checkout, where it lies
SHARED = ("source", "notebooks")


def find_checkout(start: Path | None = None) -> Path:
    """Return the course's folder: `start` (by default here) or the nearest above it that has an nbgrader_config.py."""
    start = (start or Path.cwd()).resolve()
    for folder in (start, *start.parents):
        is_course = (folder / "nbgrader_config.py").is_file() and (folder / "notebooks").is_dir()
        if is_course and HOME not in folder.parts:
            return folder
    raise Mend(f"No course at {start} or above it.\nMend: go into the folder with notebooks/ and nbgrader_config.py.")


@dataclass(frozen=True)
class LocalCourse:
    """Where the parts of a local course lie.

    Parameters
    ----------
    checkout
        The course's folder, which holds notebooks/, source/, release/ and nbgrader_config.py.
    home
        The folder that holds everything that comes to be while the course runs.
    """

    checkout: Path
    home: Path

    @classmethod
    def of(cls, checkout: Path) -> "LocalCourse":
        """The local course of a checkout, in its usual place."""
        return cls(checkout, checkout / HOME)

    @property
    def exchange(self) -> Path:
        """Where weeks are released, handed in and given back."""
        return self.home / "exchange"

    @property
    def learner(self) -> Path:
        """The learner's workspace."""
        return self.home / "learner"

    @property
    def instructor(self) -> Path:
        """The course's root for nbgrader."""
        return self.home / "instructor"

    @property
    def logs(self) -> Path:
        """What JupyterLab and the watcher had to say."""
        return self.home / "logs"

    def settings(self, desk: str) -> Path:
        """Jupyter's configuration folder for a desk: "learner" or "instructor"."""
        return self.home / "settings" / desk

    @cached_property
    def course_id(self) -> str:
        """The course's id, as the checkout's nbgrader_config.py has it."""
        return str(load(self.checkout / "nbgrader_config.py").CourseDirectory.course_id)

    def config(self, desk: str) -> Config:
        """nbgrader's configuration as this desk sees it."""
        return load(self.settings(desk) / "nbgrader_config.py")

    def weeks(self) -> list[str]:
        """The weeks that are built, in their order."""
        notebooks = self.checkout.glob("source/*/*.ipynb")
        return sorted(path.stem for path in notebooks if path.stem == path.parent.name)

    def lay(self) -> None:
        """Make the folders and write the settings; what is there already stays."""
        for folder in (self.exchange, self.learner, self.instructor, self.logs, self.home / "cache"):
            folder.mkdir(parents=True, exist_ok=True)
        for name in SHARED:
            link(self.instructor / name, self.checkout / name)
        for desk in ("learner", "instructor"):
            self.settings(desk).mkdir(parents=True, exist_ok=True)
            (self.settings(desk) / "nbgrader_config.py").write_text(self.nbgrader_settings(desk))
        # nbgrader's own command line reads the file of the folder in which it is started.
        link(self.instructor / "nbgrader_config.py", self.settings("instructor") / "nbgrader_config.py")

    def nbgrader_settings(self, desk: str) -> str:
        """The text of a desk's nbgrader_config.py: the instructor's builds on the checkout's, the learner's knows none of it."""
        if desk == "learner":
            lines = [
                f"c.CourseDirectory.course_id = {self.course_id!r}",
                f"c.Exchange.assignment_dir = {str(self.learner)!r}",
            ]
        else:
            lines = [
                f"load_subconfig('nbgrader_config.py', path={str(self.checkout)!r})",
                f"c.CourseDirectory.root = {str(self.instructor)!r}",
                f"c.CourseDirectory.db_url = {'sqlite:///' + str(self.instructor / 'gradebook.db')!r}",
                "c.ReleaseFeedback.solutions = 'graded'  # on one's own desk a solution may be opened at once",
            ]
        lines += [f"c.Exchange.root = {str(self.exchange)!r}", f"c.Exchange.cache = {str(self.home / 'cache')!r}"]
        return "# Written by `workbook` at every start: changes are lost.\nc = get_config()\n" + "\n".join(lines) + "\n"


def load(path: Path) -> Config:
    """Read a configuration file of Jupyter's kind."""
    config: Config = PyFileConfigLoader(path.name, path=str(path.parent)).load_config()
    return config


def link(here: Path, there: Path) -> None:
    """Make `here` a symbolic link to `there`, also where an old one points elsewhere."""
    if here.is_symlink() and here.readlink() != there:
        here.unlink()
    if not here.is_symlink():
        here.symlink_to(there)
