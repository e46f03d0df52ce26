"""What a sender sent, judged, numbered and sealed: all that becomes the inquiry's row, now or out of the spool."""

import base64
import json
from dataclasses import asdict, dataclass, fields
from datetime import datetime
from typing import Any


@dataclass(frozen=True)
class Submission:
    """One inquiry before it stands in the database. Nothing personal in it is in the clear.

    Without a policy version, the one in force when it was received is written down with the row. A new field needs a
    default, so that what an earlier version of this site put into the spool can still be read.
    """

    reference: str
    token_digest: str
    category: str
    language: str
    channel: str
    reply_by: str
    publish_name: bool
    received_at: datetime
    sealed: bytes
    policy_version: int | None = None
    suspicions: str = ""
    """Codes with commas between; with any, it goes to quarantine."""

    acknowledge: bool = True
    sender_key: bytes | None = None
    sender_copy: bytes | None = None


def to_json(submission: Submission) -> bytes:
    """Return a submission as JSON in UTF-8, with bytes in base64."""
    return json.dumps(asdict(submission), default=_plain, ensure_ascii=False).encode()


def from_json(data: bytes) -> Submission:
    """Return the submission in `data`. Raises ValueError where there is none or its fields are not these."""
    values = json.loads(data, object_hook=_rich)
    if not isinstance(values, dict) or not {field.name for field in fields(Submission)} >= set(values):
        raise ValueError("not a submission of this version")
    try:
        return Submission(**values)
    except TypeError:
        raise ValueError("a field of the submission is missing") from None


def _plain(value: object) -> dict[str, str]:
    if isinstance(value, datetime):
        return {"time": value.isoformat()}
    if isinstance(value, bytes):
        return {"base64": base64.b64encode(value).decode()}
    raise TypeError(f"A submission can't hold a {type(value).__name__}.")


def _rich(value: dict[str, Any]) -> Any:
    if set(value) == {"time"}:
        return datetime.fromisoformat(value["time"])
    if set(value) == {"base64"}:
        return base64.b64decode(value["base64"], validate=True)
    return value
