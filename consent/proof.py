"""How the proof goes, in the standard library and `cryptography` alone: the site checks its database by this module,
and an auditor an archive, where it is a part of `verify.py`.

Each record has one entry in a log: SHA-256 over a zero byte and the record with its salt. The entries are the leaves
of a Merkle tree (RFC 6962, section 2.1), whose root is signed at every growth (Ed25519, RFC 8032). What is signed is
JSON in its canonical form (RFC 8785). A record is erased when its years are over; its entry stays, so that every later
root can still be computed.
"""

import hashlib
import json
from collections.abc import Container, Iterable, Iterator, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat, load_pem_public_key

LATE = timedelta(hours=1)
"""How much earlier than the entries before it a record may have been made: its transaction took that long."""

SEALED_WITHIN = timedelta(minutes=10)
"""A record without an entry in the log that is older than this was added past the log."""

Statement = dict[str, Any]
Keys = Mapping[str, Ed25519PublicKey]


class Entry(NamedTuple):
    """One entry of the log, with the record where it is still there, and what else is known to be wrong with it."""

    position: int
    leaf: bytes
    number: str
    record: bytes | None
    flaw: str = ""


class Text(NamedTuple):
    """A text that decisions rest on, and the signature on it where there is one yet."""

    kind: str
    name: str
    content: dict[str, Any]
    published_at: datetime
    statement: Statement | None


def canonical(value: object) -> bytes:
    """Return JSON in its canonical form (RFC 8785; there are no fractions in it, and names are ASCII)."""
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()


def sha256(data: bytes) -> bytes:
    return hashlib.sha256(data).digest()


def leaf_hash(record: bytes) -> bytes:
    return sha256(b"\0" + record)


def node_hash(left: bytes, right: bytes) -> bytes:
    return sha256(b"\1" + left + right)


class Tree:
    """Grows by one leaf at a time and knows its root, holding one hash for each bit of its size."""

    def __init__(self) -> None:
        self.size = 0
        self._full: list[bytes] = []

    def add(self, leaf: bytes) -> None:
        bits = self.size
        while bits & 1:
            leaf = node_hash(self._full.pop(), leaf)
            bits >>= 1
        self._full.append(leaf)
        self.size += 1

    def root(self) -> bytes:
        if not self._full:
            return sha256(b"")
        root = self._full[-1]
        for left in reversed(self._full[:-1]):
            root = node_hash(left, root)
        return root


def root_by_path(position: int, size: int, leaf: bytes, path: list[bytes]) -> bytes | None:
    """Return the root to which an inclusion proof leads (RFC 9162, section 2.1.3.2), or None where it is no proof."""
    if not 0 <= position < size:
        return None
    node, last = position, size - 1
    for sibling in path:
        if last == 0:
            return None
        if node & 1 or node == last:
            leaf = node_hash(sibling, leaf)
            while not node & 1 and node:
                node, last = node >> 1, last >> 1
        else:
            leaf = node_hash(leaf, sibling)
        node, last = node >> 1, last >> 1
    return leaf if last == 0 else None


def key_name(key: Ed25519PublicKey) -> str:
    """Return a public key's name: the beginning of its SHA-256."""
    return sha256(key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)).hex()[:16]


def read_key(pem: bytes) -> Ed25519PublicKey:
    """Return an Ed25519 public key. Raises ValueError where it is none."""
    key = load_pem_public_key(pem)
    if not isinstance(key, Ed25519PublicKey):
        raise ValueError("no Ed25519 key")  # noqa: TRY004 (of a wrong kind, or none: the same to whoever asks)
    return key


def is_signed(value: object, key: str, signature: bytes, keys: Keys) -> bool:
    """Return whether a signature over a value's canonical form is that of a known key."""
    try:
        keys[key].verify(signature, canonical(value))
    except (KeyError, InvalidSignature):
        return False
    return True


def states(statement: Statement, keys: Keys) -> bool:
    """Return whether a statement carries the signature of the known key it names."""
    unsigned = {name: value for name, value in statement.items() if name != "signature"}
    return is_signed(unsigned, statement["key"], bytes.fromhex(statement["signature"]), keys)


def years_before(moment: datetime, years: int) -> datetime:
    """Return the same day and time some years before; for a leap day the day before it."""
    try:
        return moment.replace(year=moment.year - years)
    except ValueError:
        return moment.replace(year=moment.year - years, day=28)


class LogCheck:
    """Goes through the log once, entry by entry and head by head, and says what does not fit."""

    def __init__(
        self, heads: Iterable[Statement], keys: Keys, kept: Iterable[Statement], notices: Container[str], years: int
    ) -> None:
        self.size = self.records = 0
        self._tree = Tree()
        self._fits = True
        self._is_named = False
        self._years = years
        self._erased_until = years_before(datetime.now(tz=UTC), years) + timedelta(days=1)
        self._keys = keys
        self._notices = notices
        self._heads = iter(heads)
        self._kept = sorted(kept, key=lambda head: head["size"])
        self._head: Statement | None = None
        self._before: Statement | None = None
        self._latest = self._signed_at = datetime(1970, 1, 1, tzinfo=UTC)

    def findings(self, entries: Iterable[Entry]) -> Iterator[str]:
        """Yield a sentence for each thing that is wrong."""
        yield from self._next_head()
        for entry in entries:
            found = [*self._gap(entry), *self._entry(entry)]
            self._is_named = self._is_named or bool(found)
            yield from found
            self.records += entry.record is not None
            self.size = entry.position + 1
            if self._fits:
                self._tree.add(entry.leaf)
            yield from self._kept_heads()
            while self._head and self._head["size"] <= self.size:
                yield from self._root(self._head)
                yield from self._next_head()
        yield from self._end()

    def _gap(self, entry: Entry) -> Iterator[str]:
        if entry.position > self.size:
            yield f"The entries {self.size} to {entry.position - 1} of the log were removed."
        elif entry.position < self.size:
            yield f"Entry {entry.position} stands in the log out of its order."
        self._fits = self._fits and entry.position == self.size

    def _entry(self, entry: Entry) -> Iterator[str]:
        name = f"Record {entry.number or 'of unknown number'} (entry {entry.position})"
        if self._head is None:
            yield f"{name} is covered by no signed tree head: it was added at the end of the log."
        if entry.record is None:
            if not self._head or self._signed_at > self._erased_until:
                yield f"{name} was removed: it was sealed on {self._time()}, and is kept for {self._years} years."
        elif leaf_hash(entry.record) != entry.leaf:
            yield f"{name} was altered after it was sealed on {self._time()}."
        else:
            record = json.loads(entry.record)
            yield from self._times(name, datetime.fromisoformat(record["made_at"]))
            if record["notice"] not in self._notices:
                yield f"{name} points at a notice that was removed: {record['notice']}."
            if entry.flaw:
                yield f"{name}: {entry.flaw}"

    def _times(self, name: str, made_at: datetime) -> Iterator[str]:
        if made_at < self._latest - LATE:
            latest = self._latest.isoformat()
            yield f"{name} was added in the past: it says {made_at.isoformat()}, but entries before it say {latest}."
        if self._head and made_at > self._signed_at + LATE:
            yield f"{name} says {made_at.isoformat()}, but was sealed before that, on {self._time()}."
        else:
            self._latest = max(self._latest, made_at)

    def _time(self) -> str:
        return str(self._head["time"]) if self._head else "an unknown day"

    def _next_head(self) -> Iterator[str]:
        self._head = next(self._heads, None)
        if self._head is None:
            return
        name = f"The tree head of {self._head['size']} entries"
        if not states(self._head, self._keys):
            yield f"{name} is not signed by a known key: it was altered, or the key is missing."
        signed_at = datetime.fromisoformat(self._head["time"])
        if self._before and (signed_at < self._signed_at or self._head["log"] != self._before["log"]):
            yield f"{name} does not follow the one before it: it is of another log, or of an earlier time."
        self._before, self._signed_at = self._head, signed_at

    def _root(self, head: Statement) -> Iterator[str]:
        fits = self._fits and head["size"] == self.size and self._tree.root().hex() == head["root"]
        if self._fits and not fits and not self._is_named:
            yield f"An entry before {head['size']} was altered: the tree head signed on {head['time']} does not fit."
        self._fits, self._is_named = fits, False

    def _kept_heads(self) -> Iterator[str]:
        while self._kept and self._kept[0]["size"] <= self.size:
            head = self._kept.pop(0)
            if self._fits and (head["size"] != self.size or self._tree.root().hex() != head["root"]):
                yield f"The log does not begin with the {head['size']} entries of the head kept from {head['time']}."

    def _end(self) -> Iterator[str]:
        lost = [head for head in (self._head, *self._heads, *self._kept) if head]
        if lost:
            last = max(lost, key=lambda head: int(head["size"]))
            yield (
                f"The entries {self.size} to {last['size'] - 1} were removed at the end of the log, or an older copy "
                f"of it was restored: a head of {last['size']} entries was signed on {last['time']}."
            )


class TextsCheck:
    """Holds the texts that decisions rest on against what was signed when they were published."""

    def __init__(self, keys: Keys) -> None:
        self.notices: set[str] = set()
        self._keys = keys
        self._now = datetime.now(tz=UTC)

    def findings(self, texts: Iterable[Text]) -> Iterator[str]:
        """Yield a sentence for each text that is not the one signed."""
        for text in texts:
            name = f"The {text.kind} {text.name}"
            if text.kind == "notice":
                self.notices.add(text.name)
                if sha256(canonical(text.content["words"])).hex() != text.name:
                    yield f"{name} was altered: its words have another hash."
                    continue
            if text.statement is None:
                if self._now - text.published_at > SEALED_WITHIN:
                    yield f"{name} is not signed: it was added past the log, or the worker stands still."
            elif not states(text.statement, self._keys):
                yield f"{name} carries no signature of a known key."
            elif text.statement["sha256"] != sha256(canonical(text.content)).hex():
                yield f"{name} was altered after it was signed on {text.statement['time']}."


def receipt_findings(saved: Statement, keys: Keys) -> Iterator[str]:
    """Yield a sentence for each thing that is wrong with the saved record of one decision.

    Raises KeyError, TypeError or ValueError where it is none.
    """
    receipt, signature, log = saved["receipt"], saved["signature"], saved["log"]
    record = receipt["record"].encode()
    if not signature:
        yield "The record is not signed yet: save it again a minute after the decision."
        return
    if not is_signed(receipt, signature["key"], bytes.fromhex(signature["value"]), keys):
        yield "The receipt was altered, or it is signed by an unknown key."
    if sha256(canonical(saved["words"])).hex() != json.loads(record)["notice"]:
        yield "The words shown were altered."
    if not log:
        yield "The record came without its proof of inclusion: save it again."
        return
    path = [bytes.fromhex(each) for each in log["path"]]
    root = root_by_path(log["position"], log["head"]["size"], leaf_hash(record), path)
    if root is None or root.hex() != log["head"]["root"]:
        yield "The record does not lead to the root of the log: one of them was altered."
    if not states(log["head"], keys):
        yield "The tree head was altered, or it is signed by an unknown key."
