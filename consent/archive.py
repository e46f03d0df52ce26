"""One file for an auditor: the records with their entries, heads, texts and public keys, and the script that checks
them without this site.
"""

import hashlib
import re
import zipfile
from collections.abc import Iterable, Iterator
from itertools import islice
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db.models import Exists, OuterRef, QuerySet
from django.utils import timezone

from consent import keys
from consent.audit import Reader
from consent.models import Decision, Leaf, Receipt, SignedText, TreeHead
from consent.proof import Statement, canonical
from consent.statements import in_utc, signed_head, texts

BATCH = 1_000

HERE = Path(__file__).parent


def export(path: Path) -> Statement:
    """Write the archive, as of the newest tree head, and return its manifest.

    Raises FileExistsError where the file exists, another OSError where it can't be written, and KeyFileError where no
    key can sign; nothing is left of it then.
    """
    unfinished = path.with_name(f"{path.name}.unfinished")
    if path.exists():
        raise FileExistsError(f"{path} exists already")
    unfinished.touch(mode=0o600)
    try:
        with zipfile.ZipFile(unfinished, "w", zipfile.ZIP_DEFLATED) as archive:
            manifest = _fill(archive, TreeHead.objects.newest())
        unfinished.rename(path)
    finally:
        unfinished.unlink(missing_ok=True)
    return manifest


def _fill(archive: zipfile.ZipFile, head: TreeHead | None) -> Statement:
    size = head.size if head else 0
    contents = {
        "records.jsonl": _records(size),
        "leaves.jsonl": _leaves(size),
        "heads.jsonl": _heads(size),
        "unsealed.jsonl": _unsealed(),
        "policies.jsonl": _texts(SignedText.Kind.POLICY),
        "notices.jsonl": _texts(SignedText.Kind.NOTICE),
    }
    digests = {name: _write(archive, name, map(_line, lines)) for name, lines in contents.items()}
    whole = {f"keys/{name}.pem": keys.public_pem(name) or b"" for name in keys.public_keys()}
    whole["verify.py"] = verifier().encode()
    digests |= {name: _write(archive, name, [data]) for name, data in whole.items()}
    manifest = _manifest(head, digests)
    archive.writestr("manifest.json", canonical(manifest))
    return manifest


def verifier() -> str:
    """Return the script that checks archives and saved records, made one file with the module that it imports."""
    rules = (HERE / "proof.py").read_text(encoding="utf-8")
    script = (HERE / "verify.py").read_text(encoding="utf-8")
    before, after = re.split(r"^from consent\.proof import \(.*?^\)\n", script, flags=re.MULTILINE | re.DOTALL)
    return before + rules.partition('"""\n\n')[2] + after


def _manifest(head: TreeHead | None, files: dict[str, str]) -> Statement:
    key = keys.ready_key()
    manifest = {
        "type": "archive",
        "site": settings.SITE_URL,
        "time": in_utc(timezone.now()),
        "years": settings.DECISION_LEDGER_YEARS,
        "log": str(head.log) if head else None,
        "size": head.size if head else 0,
        "files": files,
        "key": key.name,
    }
    return manifest | {"signature": key.sign(manifest).hex()}


def _write(archive: zipfile.ZipFile, name: str, parts: Iterable[bytes]) -> str:
    """Write a file of the archive part by part; return its SHA-256."""
    digest = hashlib.sha256()
    with archive.open(name, "w", force_zip64=True) as file:
        for part in parts:
            digest.update(part)
            file.write(part)
    return digest.hexdigest()


def _line(value: dict[str, Any]) -> bytes:
    return canonical(value) + b"\n"


def _leaves(size: int) -> Iterator[dict[str, Any]]:
    for batch in _batches(size):
        numbers = dict(_receipts(batch).values_list("position", "record"))
        for leaf in batch:
            number = str(numbers.get(leaf.position, ""))
            yield {"position": leaf.position, "hash": bytes(leaf.hash).hex(), "record": number}


def _records(size: int) -> Iterator[dict[str, Any]]:
    read = Reader()
    for batch in _batches(size):
        signed = list(_receipts(batch).order_by("position"))
        records = read.records([receipt.pk for receipt in signed])
        for receipt in signed:
            if receipt.pk in records:
                yield {"position": receipt.position, "record": records[receipt.pk].decode()}


def _heads(size: int) -> Iterator[Statement]:
    for head in TreeHead.objects.filter(size__lte=size).order_by("size").iterator(BATCH):
        yield signed_head(head)


def _unsealed() -> Iterator[dict[str, Any]]:
    """Yield the records without an entry: those that wait for one, and those that were added past the log."""
    read = Reader()
    sealed = Receipt.objects.filter(pk=OuterRef("pk"))
    numbers = Decision.objects.filter(~Exists(sealed)).order_by("pk").values_list("pk", flat=True).iterator(BATCH)
    while batch := list(islice(numbers, BATCH)):
        for record in read.records(batch).values():
            yield {"record": record.decode()}


def _texts(kind: SignedText.Kind) -> Iterator[dict[str, Any]]:
    for text in texts():
        if text.kind == kind:
            yield {
                "kind": text.kind,
                "name": text.name,
                "content": text.content,
                "published_at": in_utc(text.published_at),
                "signed": text.statement,
            }


def _receipts(batch: list[Leaf]) -> QuerySet[Receipt]:
    return Receipt.objects.filter(position__range=(batch[0].position, batch[-1].position))


def _batches(size: int) -> Iterator[list[Leaf]]:
    last = -1
    leaves = Leaf.objects.filter(position__lt=size).order_by("position")
    while batch := list(leaves.filter(position__gt=last)[:BATCH]):
        yield batch
        last = batch[-1].position
