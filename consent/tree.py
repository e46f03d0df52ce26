"""The log's Merkle tree on our tables, through pymerkle (RFC 6962's hashes, roots and proofs).

pymerkle computes a part of the tree from all of its leaves and keeps the result in memory. Here every 256th node of
every eighth level is kept in the database, as RFC 6962's successors tile their logs: a root or a proof reads a few
runs of 256 hashes, however long the log is and however fresh the process.
"""

from typing import NoReturn

from pymerkle import BaseMerkleTree

from consent.models import STORED_LEVELS, Leaf, Node

RUN = 256
"""Hashes that are read at once: those below one stored node."""


HOW_TO_LEARN_MORE = "manage.py verify_decisions says more."


class BrokenLogError(Exception):
    """The log in the database is not the one whose heads were signed; nothing more is signed on top of it."""


class LogTree(BaseMerkleTree):
    """The tree of the first `size` entries. Only read; `consent.seal` adds the leaves in batches."""

    def __init__(self, size: int) -> None:
        super().__init__("sha256")
        self.size = size
        self._runs: dict[tuple[int, int], list[bytes]] = {}

    def new_nodes(self, size_before: int) -> list[Node]:
        """Return the nodes to store that are full at this size and were not at `size_before`, lowest level first."""
        nodes = []
        for level in STORED_LEVELS:
            for position in range(size_before >> level, self.size >> level):
                hash_ = self.node(level, position)
                nodes.append(Node(level=level, position=position, hash=hash_))
                self._run(level, position // RUN).append(hash_)
        return nodes

    def node(self, level: int, position: int) -> bytes:
        """Return a node of a stored level as what is below it makes it. Raises BrokenLogError where that lacks."""
        return self._get_subroot(position << level, 1 << level, below=level)

    def audit_path(self, position: int) -> list[bytes]:
        """Return the hashes that lead from an entry to the root (RFC 6962, section 2.1.1), from the entry upwards."""
        path: list[bytes] = self.prove_inclusion(position + 1).path
        return path[1:]

    def _get_subroot(self, offset: int, width: int, below: int = 64) -> bytes:
        """Return the root of a full part of the tree, `width` entries (a power of two) from `offset` on."""
        level = max(stored for stored in (0, *STORED_LEVELS) if stored < below and 1 << stored <= width)
        first, count = offset >> level, width >> level
        hashes = self._run(level, first // RUN)[first % RUN : first % RUN + count]
        if len(hashes) < count:
            raise BrokenLogError(f"The log lacks a part of its level {level} from {first} on: {HOW_TO_LEARN_MORE}")
        while len(hashes) > 1:
            hashes = [self.hash_pair(*pair) for pair in zip(hashes[::2], hashes[1::2], strict=True)]
        return hashes[0]

    def _run(self, level: int, number: int) -> list[bytes]:
        if (level, number) not in self._runs:
            self._runs[level, number] = self._read(level, number)
        return self._runs[level, number]

    def _read(self, level: int, number: int) -> list[bytes]:
        span = (number * RUN, number * RUN + RUN - 1)
        rows = Node.objects.filter(level=level) if level else Leaf.objects.all()
        hashes = rows.filter(position__range=span).order_by("position").values_list("hash", flat=True)
        return [bytes(hash_) for hash_ in hashes]

    # What pymerkle asks of a storage

    def _get_size(self) -> int:
        return self.size

    def _get_leaf(self, index: int) -> bytes:
        return self._run(0, (index - 1) // RUN)[(index - 1) % RUN]

    def _get_leaves(self, offset: int, width: int) -> list[bytes]:
        return [self._get_leaf(index) for index in range(offset + 1, offset + width + 1)]

    def _encode_entry(self, data: bytes) -> bytes:
        return data

    def _store_leaf(self, data: bytes, digest: bytes) -> NoReturn:
        raise NotImplementedError("consent.seal adds leaves, many in one transaction")
