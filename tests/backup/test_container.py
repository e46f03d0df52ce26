"""The encrypted file of a backup: nothing in it can be changed, moved, left out or cut off unnoticed."""

import io
import tracemalloc

import pytest
from cryptography.hazmat.primitives.asymmetric import ec

from occtosite.backup import BackupError
from occtosite.backup.container import CHUNK, SEALED_KEY, TAG, Reader, Writer

KEY = ec.generate_private_key(ec.SECP256R1())
NAME = "backup-2026-11-24-0123abcd"
HEAD = 10 + len(NAME)
SIZES = [0, 1, CHUNK - 1, CHUNK, CHUNK + 1, 3 * CHUNK]


def written(content: bytes, key: ec.EllipticCurvePrivateKey = KEY) -> bytes:
    file = io.BytesIO()
    writer = Writer(file, NAME, key.public_key())
    for at in range(0, len(content), 10_000):
        writer.write(content[at : at + 10_000])
    writer.finish()
    return file.getvalue()


def read(data: bytes, key: ec.EllipticCurvePrivateKey = KEY) -> bytes:
    reader = Reader(io.BytesIO(data), lambda _name: key)
    content = io.BufferedReader(reader).read()
    assert reader.is_finished
    return content


@pytest.mark.parametrize("size", SIZES)
def test_what_was_written_is_read(size: int) -> None:
    content = bytes(number % 251 for number in range(size))
    assert read(written(content)) == content


def test_the_key_is_asked_for_by_its_name() -> None:
    asked: list[str] = []
    Reader(io.BytesIO(written(b"x")), lambda name: asked.append(name) or KEY)  # type: ignore[func-returns-value]
    assert asked == [NAME]


def test_nothing_of_the_content_stands_in_the_file_and_no_two_files_are_alike() -> None:
    content = b"MARKER" * 5000
    first, second = written(content), written(content)
    assert b"MARKER" not in first
    assert first[HEAD:][:200] != second[HEAD:][:200]


@pytest.mark.parametrize("size", SIZES)
def test_a_file_that_was_cut_short_anywhere_is_refused(size: int) -> None:
    data = written(bytes(size))
    places = {*range(HEAD + SEALED_KEY + TAG + 2), *range(len(data) - 3, len(data))}
    places |= {HEAD + SEALED_KEY + chunk * (CHUNK + TAG) + more for chunk in range(4) for more in (-1, 0, 1)}
    for place in sorted(place for place in places if 0 <= place < len(data)):
        with pytest.raises(BackupError):
            read(data[:place])


def test_a_file_with_one_bit_changed_is_refused() -> None:
    whole = written(bytes(CHUNK + 100))
    for place in (*range(8, HEAD + SEALED_KEY + 40), -1, -TAG, -TAG - 1, -CHUNK):
        data = bytearray(whole)
        data[place] ^= 1
        with pytest.raises(BackupError):
            read(bytes(data))


def test_chunks_in_another_order_or_twice_are_refused() -> None:
    data = written(bytes(3 * CHUNK))
    start, size = HEAD + SEALED_KEY, CHUNK + TAG
    head, one, two, three = data[:start], data[start:][:size], data[start + size :][:size], data[start + 2 * size :]
    assert read(head + one + two + three) == bytes(3 * CHUNK)
    for wrong in ([two, one, three], [one, one, two, three], [one, three], [one, two, three, three], [one, two]):
        with pytest.raises(BackupError, match="was altered or cut short; use another one"):
            read(head + b"".join(wrong))


def test_what_was_appended_is_refused() -> None:
    with pytest.raises(BackupError, match="was altered or cut short"):
        read(written(b"x") + b"y")


def test_another_key_is_told_with_the_cure() -> None:
    with pytest.raises(BackupError, match=f"The private key is another one .*; use {NAME}"):
        read(written(b"x"), ec.generate_private_key(ec.SECP256R1()))


def test_a_file_that_is_no_backup_is_told_with_the_cure() -> None:
    for data in (b"", b"PK\3\4" * 50, b"OCCTOBA"):
        with pytest.raises(BackupError, match="This is no backup of this site; name a file that"):
            read(data)


def test_a_file_of_a_newer_version_is_told_with_the_cure() -> None:
    data = bytearray(written(b"x"))
    data[8] = 2
    with pytest.raises(BackupError, match="of a newer version of this site; update the site first: git pull"):
        read(bytes(data))


def test_memory_does_not_grow_with_the_size() -> None:
    class Nowhere(io.RawIOBase):
        def write(self, data: object) -> int:
            return len(data)  # type: ignore[arg-type]

    writer = Writer(Nowhere(), NAME, KEY.public_key())  # type: ignore[arg-type]
    tracemalloc.start()
    for _ in range(400):
        writer.write(bytes(CHUNK))
    writer.finish()
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 10 * CHUNK
