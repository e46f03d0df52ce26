"""Backups: the whole database and the spool in one encrypted file, and the way back.

The public key on this machine is enough to write a backup; the private key, which may lie elsewhere, restores it. The
keys that open inquiries are never in it.

The file, so that anybody with the private key can read it without this program:

1. The head: `OCCTOBAK`, a byte with the version of this format (1), a byte with the length of the key's name, the
   name.
2. 113 bytes: a fresh AES-256 key, sealed with HPKE (RFC 9180 in base mode: DHKEM(P-256, HKDF-SHA256), HKDF-SHA256,
   AES-256-GCM), the head as `info`.
3. Chunks of 65,536 bytes, the last one shorter or as long, each encrypted with AES-256-GCM under that key, its tag of
   16 bytes behind it. The nonce is the chunk's number from 0 in 11 bytes, big-endian, and a byte that is 1 for the
   last chunk and 0 for the others (the STREAM construction of Hoang, Reyhanitabar, Rogaway and Vizár, 2015): so none
   can be left out, put elsewhere or cut off unnoticed. The head is each chunk's associated data.

Inside is gzip, and in that one JSON value a line, in ASCII:

    {"backup": 1, "made_at": "2026-11-24T03:15:00+00:00"}
    {"spool": "a file's name", "parts": 1}           then its bytes in base64, in so many strings, one a line
    {"migrations": [["inquiries", "0001_initial"], …], "database": "sqlite"}
    {"table": "inquiries.inquiry", "columns": ["id", "reference", …]}
    [1, "23456-789CF", …]                            a row; bytes in base64, times in ISO 8601 and UTC
    {"rows": 1, "sum": "…"}                          the table's end: the SHA-256 of its rows, added up modulo 2**256
    {"end": {"tables": 1, "rows": 1}}
"""


class BackupError(Exception):
    """A backup can't be written or restored; the message names the cause and the cure."""
