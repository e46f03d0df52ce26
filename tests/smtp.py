"""A tiny mail server on this machine that says what a test tells it to say."""

import socket
import ssl
import threading
from base64 import b64decode
from contextlib import suppress
from dataclasses import dataclass, field
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from types import TracebackType
from typing import Any

DROP = "drop"
"""Close the connection instead of answering."""

HANG = "hang"
"""Answer only after `release`."""

USUAL = {
    "CONNECT": "220 mail.example.jp",
    "EHLO": "250 mail.example.jp",
    "STARTTLS": "220 go ahead",
    "AUTH": "235 welcome",
    "MAIL": "250 ok",
    "RCPT": "250 ok",
    "DATA": "354 go ahead",
    "CONTENT": "250 queued",
    "QUIT": "221 bye",
}


@dataclass
class Arrived:
    """A mail as it came in, whether or not it was accepted."""

    sender: str
    recipients: list[str]
    data: bytes

    @property
    def mail(self) -> EmailMessage:
        mail = message_from_bytes(self.data, policy=default)
        assert isinstance(mail, EmailMessage)
        return mail


@dataclass
class Server:
    """Answers each step of a conversation as in USUAL, unless `says` has another answer for it."""

    says: dict[str, str] = field(default_factory=dict)
    tls: ssl.SSLContext | None = None
    is_tls_from_start: bool = False
    arrived: list[Arrived] = field(default_factory=list)
    lines: list[str] = field(default_factory=list)

    def __enter__(self) -> "Server":
        self.hanging, self.released = threading.Semaphore(0), threading.Event()
        self._socket = socket.create_server(("localhost", 0))
        threading.Thread(target=self._accept, daemon=True).start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.release()
        self._socket.shutdown(socket.SHUT_RDWR)  # or it would listen on, as long as a thread waits in accept()
        self._socket.close()

    @property
    def port(self) -> int:
        port: int = self._socket.getsockname()[1]
        return port

    def setting(self, **changes: Any) -> dict[str, Any]:
        """Return the setting MAIL_URL for this server, as read."""
        return {"host": "localhost", "port": self.port, "user": "", "password": "", "security": "smtp"} | changes

    def release(self) -> None:
        self.released.set()

    def wait_until_hanging(self, times: int = 1) -> None:
        for _ in range(times):
            assert self.hanging.acquire(timeout=20), "nobody came"

    def _accept(self) -> None:
        while True:
            try:
                connection, _address = self._socket.accept()
            except OSError:
                return
            threading.Thread(target=self._talk, args=[connection], daemon=True).start()

    def _talk(self, connection: socket.socket) -> None:
        conversation = Conversation(self, connection)
        with suppress(OSError):
            if self.is_tls_from_start:
                conversation.encrypt()
            conversation.hold()
        conversation.close()


class Conversation:
    def __init__(self, server: Server, connection: socket.socket) -> None:
        self.server, self.connection = server, connection
        self.file = connection.makefile("rb")
        self.arriving = Arrived("", [], b"")

    def encrypt(self) -> None:
        assert self.server.tls
        self.file.close()
        self.connection = self.server.tls.wrap_socket(self.connection, server_side=True)
        self.file = self.connection.makefile("rb")

    def close(self) -> None:
        self.file.close()
        self.connection.close()

    def hold(self) -> None:
        step = "CONNECT"
        while self._answer(step) and step != "QUIT":
            line = self.file.readline().decode().rstrip("\r\n")
            if not line:
                return
            self.server.lines.append(line)
            step = line.partition(" ")[0].upper()
            if step == "MAIL":
                self.arriving = Arrived(_address(line), [], b"")
            elif step == "RCPT":
                self.arriving.recipients.append(_address(line))

    def _answer(self, step: str) -> bool:
        """Answer a step; return whether the conversation goes on."""
        answer = self.server.says.get(step, USUAL.get(step, "500 what?"))
        if answer == HANG:
            self.server.hanging.release()
            self.server.released.wait(20)
            answer = USUAL[step]
        if answer == DROP:
            return False
        if step == "EHLO" and answer.startswith("250"):
            answer = "250-mail.example.jp\r\n" + ("250-STARTTLS\r\n" if self.server.tls else "") + "250 AUTH PLAIN"
        self.connection.sendall(f"{answer}\r\n".encode())
        if step == "DATA" and answer.startswith("354"):
            return self._take_mail()
        if step == "STARTTLS" and self.server.tls:
            self.encrypt()
        return not answer.startswith("421")

    def _take_mail(self) -> bool:
        lines = []
        while (line := self.file.readline()) != b".\r\n":
            if not line:
                return False
            lines.append(line.removeprefix(b"."))
        self.arriving.data = b"".join(lines)
        self.server.arrived.append(self.arriving)
        return self._answer("CONTENT")


def _address(line: str) -> str:
    return line.partition("<")[2].partition(">")[0]


def password_in(line: str) -> str:
    """Return the password of an AUTH PLAIN line (RFC 4616)."""
    return b64decode(line.rpartition(" ")[2]).split(b"\0")[2].decode()
