#!/usr/bin/env python3
"""Check an archive of decisions, or the saved record of one decision, without the site that it came from.

    python3 verify.py                 the archive that this file was unpacked with
    python3 verify.py ARCHIVE.zip     an archive, packed or unpacked
    python3 verify.py RECORD.json     one record, saved from its page (with --key)

    --key FILE    trust this public key only (may be repeated); without it, the keys in the archive
    --head FILE   a tree head that was kept from the site's log page: the log must still begin with its entries

Needs Python 3.11 and the package `cryptography`, nothing else. It says what is wrong, the first of it first; its exit
code is 0 where all is in order, 1 where anything is not. Without --key, compare the name of the key that it prints
with the one on the site's log page: whoever makes up an archive makes up a key for it too.
"""

import argparse
import hashlib
import json
import sys
import zipfile
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

from consent.proof import (
    SEALED_WITHIN,
    Entry,
    Keys,
    LogCheck,
    Text,
    TextsCheck,
    key_name,
    read_key,
    receipt_findings,
    states,
)

CHUNK = 1 << 20


class Archive:
    """An archive's files, packed or not, one line at a time."""

    def __init__(self, folder: Path | zipfile.Path) -> None:
        self.folder = folder
        self.about: dict[str, Any] = json.loads(self.folder.joinpath("manifest.json").read_bytes())

    def lines(self, name: str) -> Iterator[dict[str, Any]]:
        with self.folder.joinpath(name).open("rb") as file:
            for line in file:
                yield json.loads(line)

    def keys(self) -> Keys:
        pems = [path.read_bytes() for path in self.folder.joinpath("keys").iterdir()]
        return {key_name(key): key for key in map(read_key, pems)}

    def digest(self, name: str) -> str:
        digest = hashlib.sha256()
        with self.folder.joinpath(name).open("rb") as file:
            while chunk := file.read(CHUNK):
                digest.update(chunk)
        return digest.hexdigest()

    def entries(self) -> Iterator[Entry]:
        records = self.lines("records.jsonl")
        record = next(records, None)
        for leaf in self.lines("leaves.jsonl"):
            held = record["record"].encode() if record and record["position"] == leaf["position"] else None
            yield Entry(leaf["position"], bytes.fromhex(leaf["hash"]), leaf["record"], held)
            if held is not None:
                record = next(records, None)
        if record:
            raise ValueError(f"records.jsonl: entry {record['position']} is not among the leaves")

    def texts(self) -> Iterator[Text]:
        for name in ("policies.jsonl", "notices.jsonl"):
            for line in self.lines(name):
                published_at = datetime.fromisoformat(line["published_at"])
                yield Text(line["kind"], line["name"], line["content"], published_at, line["signed"])


def archive_findings(archive: Archive, keys: Keys, kept: list[dict[str, Any]]) -> Iterator[str]:
    """Yield a sentence for each thing that is wrong with an archive."""
    about = archive.about
    if not states(about, keys):
        yield "manifest.json was altered, or it is signed by an unknown key."
    for name, digest in sorted(about["files"].items()):
        if archive.digest(name) != digest:
            yield f"{name} was altered after the archive was made."
    texts = TextsCheck(keys)
    yield from texts.findings(archive.texts())
    log = LogCheck(archive.lines("heads.jsonl"), keys, kept, texts.notices, about["years"])
    yield from log.findings(archive.entries())
    made_at = datetime.fromisoformat(about["time"])
    for line in archive.lines("unsealed.jsonl"):
        record = json.loads(line["record"])
        if made_at - datetime.fromisoformat(record["made_at"]) > SEALED_WITHIN:
            yield f"Record {record['id']} of {record['made_at']} has no entry in the log: it was added past it."
    print(f"{log.size} entries, {log.records} records, {len(texts.notices)} notices; made on {about['time']}")


def main() -> int:
    parser = argparse.ArgumentParser(description="Check an archive of decisions, or the saved record of one.")
    parser.add_argument("path", nargs="?", type=Path, default=Path(__file__).parent, help="the archive or the record")
    parser.add_argument("--key", action="append", type=Path, default=[], help="a public key to trust (PEM)")
    parser.add_argument("--head", action="append", type=Path, default=[], help="a tree head that was kept (JSON)")
    asked = parser.parse_args()
    count = 0
    try:
        for sentence in findings(asked.path, asked.key, asked.head):
            count += 1
            print(sentence)
    except (OSError, KeyError, TypeError, ValueError, zipfile.BadZipFile) as error:
        count += 1
        print(f"It can't be read to its end, so it was altered or is no such file ({type(error).__name__}: {error}).")
    print("All in order." if not count else f"Not in order: {count} findings, the first of them first.")
    return 1 if count else 0


def findings(path: Path, key_files: list[Path], head_files: list[Path]) -> Iterator[str]:
    """Yield a sentence for each thing that is wrong with what is at a path."""
    trusted = {key_name(key): key for key in (read_key(file.read_bytes()) for file in key_files)}
    if path.suffix == ".json":
        if not trusted:
            raise ValueError("name the public key of the site's log page: --key key.pem")
        yield from receipt_findings(json.loads(path.read_bytes()), trusted)
        return
    archive = Archive(path if path.is_dir() else zipfile.Path(path))
    keys = trusted or archive.keys()
    print(f"Keys: {', '.join(sorted(keys))}")
    yield from archive_findings(archive, keys, [json.loads(file.read_bytes()) for file in head_files])


if __name__ == "__main__":
    sys.exit(main())
