"""A load generator on loopback: one thread, eight connections kept alive, each sending when it was answered.

The same client for every row of a table, so that what it costs itself is the same everywhere.
"""

import selectors
import socket
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from http import HTTPStatus

CONNECTIONS = 8


@dataclass
class Connection:
    socket: socket.socket
    expected: frozenset[int]
    received: bytearray = field(default_factory=bytearray)
    length: int = 0
    """Bytes of the answer under way, head and body; 0 until its head has come."""

    def receive(self) -> bool:
        """Take in what has come; return whether the answer is complete. Raises where it was not expected."""
        data = self.socket.recv(262_144)
        if not data:
            raise RuntimeError("The server closed a connection")
        self.received += data
        if not self.length:
            end = self.received.find(b"\r\n\r\n")
            if end < 0:
                return False
            self.length = self._read_head(bytes(self.received[:end]).lower(), end + 4)
        if len(self.received) < self.length:
            return False
        self.received.clear()
        self.length = 0
        return True

    def _read_head(self, head: bytes, end: int) -> int:
        status = int(head[9:12])
        if status not in self.expected:
            raise RuntimeError(f"The server answered {status}")
        start = head.find(b"content-length:")
        if start >= 0:
            return end + int(head[start + 15 :].split(b"\r\n", 1)[0])
        if status != HTTPStatus.NOT_MODIFIED:
            raise RuntimeError("The server did not say how long its answer is")
        return end


def measure(port: int, requests: Iterator[bytes], expected: frozenset[int], seconds: float) -> float:
    """Send requests to this machine for some seconds; return how many were answered in one second."""
    with selectors.DefaultSelector() as selector:
        connections = []
        for _ in range(CONNECTIONS):
            peer = socket.create_connection(("127.0.0.1", port), timeout=10)
            peer.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            connections.append(Connection(peer, expected))
            selector.register(peer, selectors.EVENT_READ, connections[-1])
        started = time.perf_counter()
        for connection in connections:
            connection.socket.sendall(next(requests))
        answered = 0
        while time.perf_counter() - started < seconds:
            for key, _events in selector.select(timeout=10):
                if key.data.receive():
                    answered += 1
                    key.data.socket.sendall(next(requests))
        rate = answered / (time.perf_counter() - started)
        for connection in connections:
            connection.socket.close()
    return rate


def request(method: str, path: str, headers: dict[str, str] | None = None, body: bytes = b"") -> bytes:
    """Return a request's bytes."""
    lines = [f"{method} {path} HTTP/1.1", "Host: localhost"]
    lines += [f"{name}: {value}" for name, value in (headers or {}).items()]
    if body:
        lines.append(f"Content-Length: {len(body)}")
    return "\r\n".join([*lines, "", ""]).encode() + body
