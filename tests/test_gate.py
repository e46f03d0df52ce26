"""A sender on a slow line waits in front of Django, not in one of its places."""

import io
import threading
from collections.abc import Callable, Iterable
from typing import Any

import pytest

from occtosite.gate import Gate


def environ(body: io.BufferedIOBase, length: int) -> dict[str, Any]:
    return {"wsgi.input": body, "CONTENT_LENGTH": str(length)}


def echo(asked: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
    start_response("200 OK", [])
    return [asked["wsgi.input"].read()]


class Recorder:
    status = ""

    def __call__(self, status: str, headers: list[tuple[str, str]]) -> None:
        self.status = status


class SlowLine(io.BytesIO):
    """A body whose sender says nothing until told to."""

    def __init__(self, body: bytes) -> None:
        super().__init__(body)
        self.go_on = threading.Event()

    def read(self, size: int | None = -1) -> bytes:
        assert self.go_on.wait(10)
        return super().read(size)


def test_slow_senders_take_no_place() -> None:
    gate = Gate(echo, places=1, limit=100)
    slow = SlowLine(b"late")
    answers: list[list[bytes]] = []
    thread = threading.Thread(target=lambda: answers.append(list(gate(environ(slow, 4), Recorder()))))
    thread.start()
    assert list(gate(environ(io.BytesIO(b"quick"), 5), Recorder())) == [b"quick"]
    assert answers == []
    slow.go_on.set()
    thread.join(10)
    assert answers == [[b"late"]]


def test_no_more_than_the_places_work_at_once() -> None:
    working, most, lock = 0, 0, threading.Lock()
    pause = threading.Event()

    def work(asked: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        nonlocal working, most
        with lock:
            working += 1
            most = max(most, working)
        pause.wait(0.02)
        with lock:
            working -= 1
        return []

    gate = Gate(work, places=2, limit=100)
    threads = [threading.Thread(target=gate, args=({}, Recorder())) for _ in range(10)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(10)
    assert most == 2


def test_half_a_form_is_no_form() -> None:
    answer = Recorder()
    assert list(Gate(echo, places=1, limit=100)(environ(io.BytesIO(b"name=a"), 20), answer)) == []
    assert answer.status == "400 Bad Request"


def test_a_body_over_the_limit_is_left_unread() -> None:
    body = io.BytesIO(b"x" * 200)
    Gate(lambda *_args: [], places=1, limit=100)(environ(body, 200), Recorder())
    assert body.tell() == 0


def test_a_form_sent_in_chunks_is_read_like_any_other() -> None:
    asked = {"wsgi.input": io.BytesIO(b"name=a"), "HTTP_TRANSFER_ENCODING": "chunked"}
    seen: list[dict[str, Any]] = []

    def note(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        seen.append(environ)
        return [environ["wsgi.input"].read(int(environ["CONTENT_LENGTH"]))]

    assert list(Gate(note, places=1, limit=100)(asked, Recorder())) == [b"name=a"]
    assert seen[0]["CONTENT_LENGTH"] == "6"


def test_of_chunks_without_end_no_more_is_read_than_it_takes_to_refuse_them() -> None:
    body = io.BytesIO(b"x" * 1_000)
    lengths: list[str] = []

    def note(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        lengths.append(environ["CONTENT_LENGTH"])
        return []

    Gate(note, places=1, limit=100)({"wsgi.input": body, "HTTP_TRANSFER_ENCODING": "chunked"}, Recorder())
    assert body.tell() == 101
    assert lengths == ["101"]


def test_slow_senders_leave_threads_to_everybody_else() -> None:
    gate = Gate(echo, places=1, limit=100, readers=2)
    lines = [SlowLine(b"late"), SlowLine(b"late")]
    threads = [threading.Thread(target=gate, args=(environ(line, 4), Recorder())) for line in lines]
    for thread in threads:
        thread.start()
    while gate.readers.acquire(blocking=False):
        gate.readers.release()
    refused = Recorder()
    page = b"".join(gate(environ(io.BytesIO(b"more"), 4) | {"PATH_INFO": "/en/inquiry/check/"}, refused))
    assert refused.status == "503 Service Unavailable"
    assert b'lang="en"' in page
    assert b"it was not received" in page
    assert list(gate({"PATH_INFO": "/", "wsgi.input": io.BytesIO()}, Recorder())) == [b""]
    for line, thread in zip(lines, threads, strict=True):
        line.go_on.set()
        thread.join(10)
    assert list(gate(environ(io.BytesIO(b"again"), 5), Recorder())) == [b"again"]


def test_nobody_waits_for_a_place_for_ever_and_the_process_still_says_that_it_lives() -> None:
    gate = Gate(echo, places=1, limit=100, patience=0.01)
    nothing = {"wsgi.input": io.BytesIO()}
    with gate.places:
        refused = Recorder()
        page = b"".join(gate({"PATH_INFO": "/", **nothing}, refused)).decode()
        assert refused.status == "503 Service Unavailable"
        assert 'lang="ja"' in page
        assert "受け付けられていません" in page
        assert list(gate({"PATH_INFO": "/healthz", **nothing}, Recorder())) == [b""]
    assert list(gate({"PATH_INFO": "/", **nothing}, Recorder())) == [b""]


def test_a_fault_gives_its_place_back() -> None:
    def fail(asked: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        raise ZeroDivisionError

    gate = Gate(fail, places=1, limit=100, patience=0.01)
    for _time in range(3):
        with pytest.raises(ZeroDivisionError):
            gate({}, Recorder())
