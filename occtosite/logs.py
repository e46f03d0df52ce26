"""Logs without personal data: an exception is written as its type and its frames, never as its message."""

import logging
import traceback
from types import TracebackType


class CarefulFormatter(logging.Formatter):
    """Writes exceptions without their messages: a database's names the row, a decoder's the text it stumbled on."""

    def __init__(self) -> None:
        super().__init__("{asctime} {levelname} {name} {message}", style="{")

    def formatException(  # noqa: N802 (logging's name)
        self, ei: tuple[type[BaseException], BaseException, TracebackType | None] | tuple[None, None, None]
    ) -> str:
        kind, error, trace = ei
        lines = [f"  {frame.filename}:{frame.lineno} in {frame.name}" for frame in traceback.extract_tb(trace)]
        if error is not None and error.__cause__ is not None:
            lines.append(f"  caused by {type(error.__cause__).__name__}")
        return "\n".join([f"{kind.__name__ if kind else 'no exception'}:", *lines])


class RouteInsteadOfPath(logging.Filter):
    """Names the route of a failed request, not its path as it was typed; leaves out what has its own page."""

    def filter(self, record: logging.LogRecord) -> bool:
        match = getattr(getattr(record, "request", None), "resolver_match", None)
        record.msg, record.args = (
            "%s at %s",
            (getattr(record, "status_code", "?"), match.route if match else "no route"),
        )
        return bool(record.exc_info)
