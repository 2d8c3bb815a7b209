"""What a submission may use, and how large a message across the wall may be."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Limits:
    """Sizes in bytes, times in seconds of wall time.

    Attributes
    ----------
    cell_seconds : one cell, and whatever one test cell asks.
    notebook_seconds : the whole notebook with its tests, restarts and replays included.
    memory : what one process may write to, and all of them together.
    processes : processes and threads.
    disk : each of the private folders, and any file.
    files : files and folders in each of the private folders.
    output : what one cell may show.
    restarts : how often the learner's process is started again after it broke off.
    """

    cell_seconds: float = 60.0
    notebook_seconds: float = 600.0
    memory: int = 2 << 30
    processes: int = 64
    disk: int = 128 << 20
    files: int = 16_384
    output: int = 2 << 20
    restarts: int = 40


@dataclass(frozen=True)
class Bounds:
    """How large a message may be."""

    body: int = 8 << 20
    buffers: int = 512 << 20
    arrays: int = 20_000
    depth: int = 64
    odd_keys: int = 20_000  # keys and set members other than text: their hashes can be made to collide
