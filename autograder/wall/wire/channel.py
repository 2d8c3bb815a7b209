"""Frames over a socket, of bounded size.

A frame is a header (length of the body, number of buffers, each buffer's length), a body and the raw buffers of large
arrays. Both sides use this module. What is beyond the limits is a `WallError`.
"""

from __future__ import annotations

import socket
import struct
from collections.abc import Callable
from typing import Any

import numpy as np

from autograder.wall.wire.errors import ChannelEnded, WallError
from autograder.wall.wire.limits import Bounds

HEAD = struct.Struct("<II")
LENGTH = struct.Struct("<Q")


class Channel:
    """Frames over a socket. `tick` is called while waiting, and may raise to give up."""

    def __init__(self, sock: socket.socket, bounds: Bounds, tick: Callable[[], None] | None = None) -> None:
        self.sock, self.bounds, self.tick = sock, bounds, tick
        if tick is not None:
            sock.settimeout(0.05)
        self._ahead = bytearray()

    def send(self, body: bytes, buffers: list[memoryview]) -> None:
        head = HEAD.pack(len(body), len(buffers)) + b"".join(LENGTH.pack(part.nbytes) for part in buffers)
        self._push(memoryview(head + body))
        for part in buffers:
            self._push(part)

    def _push(self, part: memoryview) -> None:
        while part.nbytes:
            try:
                part = part[self.sock.send(part) :]
            except TimeoutError:
                self._waited()
            except ConnectionError:
                raise ChannelEnded from None

    def receive(self) -> tuple[bytes, list[np.ndarray[Any, Any]]]:
        """Wait for a frame; return its body and its buffers. ChannelEnded when the other side has ended."""
        if self.tick is not None:
            self.tick()
        size, count = HEAD.unpack(self._take(HEAD.size))
        if size > self.bounds.body or count > self.bounds.arrays:
            raise WallError("a message was too large")
        lengths = [n for (n,) in LENGTH.iter_unpack(self._take(LENGTH.size * count))]
        if sum(lengths) > self.bounds.buffers:
            raise WallError("a message was too large: its arrays have more bytes than may cross")
        body = self._take(size)
        return body, [self._fill(np.empty(n, np.uint8)) for n in lengths]

    def _take(self, count: int) -> bytes:
        while len(self._ahead) < count:
            self._ahead += self._read(max(1 << 16, count - len(self._ahead)))
        taken = bytes(self._ahead[:count])
        del self._ahead[:count]
        return taken

    def _fill(self, buffer: np.ndarray[Any, Any]) -> np.ndarray[Any, Any]:
        have = min(len(self._ahead), buffer.size)
        buffer[:have] = np.frombuffer(self._ahead[:have], np.uint8)
        del self._ahead[:have]
        rest = buffer.data[have:]
        while rest.nbytes:
            try:
                got = self.sock.recv_into(rest)
            except TimeoutError:
                self._waited()
                continue
            except ConnectionError:
                raise ChannelEnded from None
            if not got:
                raise ChannelEnded
            rest = rest[got:]
        return buffer

    def _read(self, count: int) -> bytes:
        while True:
            try:
                got = self.sock.recv(count)
            except TimeoutError:
                self._waited()
                continue
            except ConnectionError:
                raise ChannelEnded from None
            if not got:
                raise ChannelEnded
            return got

    def _waited(self) -> None:
        if self.tick is not None:
            self.tick()
