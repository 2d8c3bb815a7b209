"""``python -m data.build [name ...] [--verify]``: rebuild the course's data files, or compare a rebuild with them."""

from __future__ import annotations

import argparse
import importlib
import sys
import tempfile
from pathlib import Path

DATA = Path(__file__).resolve().parents[1]
if not __package__:  # started by its path: make `data.build` importable, and hide this folder's own names
    sys.path[0] = str(DATA.parent)

from data.build import common, packages  # noqa: E402

NAMES = (
    *("mnist", "fashion", "tabular", "trees", "sentiment", "emoji", "conv_trunk", "style_images"),
    *("towns", "vowels", "series", "glove50", "g2p", "austen", "survival", "speech", "projects"),
)


def main() -> int:
    """Rebuild what is asked for; return the exit code."""
    parser = argparse.ArgumentParser(prog="python -m data.build", description=main.__doc__)
    parser.add_argument("names", nargs="*", metavar="name", help=f"of {', '.join(NAMES)} (default: all)")
    parser.add_argument("--verify", action="store_true", help="write nothing: compare a rebuild with the files here")
    asked = parser.parse_args()
    unknown = [name for name in asked.names if name not in NAMES]
    if unknown:
        parser.error(f"there is no build program for {', '.join(unknown)}; there is {', '.join(NAMES)}")
    try:
        programs = [importlib.import_module(f"data.build.{name}") for name in asked.names or NAMES]
        files = [file for program in programs for file in program.build()]
    except (packages.FetchError, ImportError) as error:
        print(
            f"{error}\nThe build programs need Pillow, CairoSVG, pyarrow, pip, npm, and apt-get with dpkg-deb.", file=sys.stderr
        )
        return 1
    return _verify(files) if asked.verify else _write(files)


def _write(files: list[common.DataFile]) -> int:
    for file in files:
        common.write(file, DATA)
        print(f"{file.path:24} {(DATA / file.path).stat().st_size / 1e6:6.2f} MB")
    common.write_licences(files, DATA)
    held_out = [file for file in files if file.path.startswith("held_out/")]
    common.update_manifest(DATA / "manifest.toml", [file for file in files if file not in held_out], DATA)
    common.update_manifest(DATA / "held_out" / "manifest.toml", held_out, DATA)
    return 0


def _verify(files: list[common.DataFile]) -> int:
    failed = 0
    with tempfile.TemporaryDirectory() as folder:
        for file in files:
            common.write(file, Path(folder))
            built, committed = Path(folder) / file.path, DATA / file.path
            lines = common.differences(built, committed)
            same = not lines and built.read_bytes() == committed.read_bytes()
            note = "" if same or lines else " (other bytes: another HDF5 or zlib packed them)"
            print(f"{file.path:24} {'DIFFERS' if lines else 'the same arrays and attributes' + note}")
            print("".join(f"    {line}\n" for line in lines), end="")
            failed += bool(lines)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
