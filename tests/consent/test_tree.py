"""The tree of the log against RFC 6962: known roots, another implementation, and proofs of every entry."""

from collections.abc import Iterator
from itertools import pairwise

import pytest
from django.db import connection
from hypothesis import given
from hypothesis import strategies as st
from pymerkle import InmemoryTree

from consent import tree
from consent.models import Leaf, Node
from consent.proof import Tree, leaf_hash, root_by_path, sha256
from consent.tree import BrokenLogError, LogTree
from tests.consent.tampering import lifted

# The entries and roots with which Certificate Transparency's own implementations are tested.
ENTRIES = ["", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f"]
ROOTS = [
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
]


def store(leaves: list[bytes], sizes: list[int]) -> None:
    """Store leaves as the worker does, in batches that end at these sizes."""
    for before, size in pairwise([0, *sizes]):
        rows = [(place, leaves[place]) for place in range(before, size)]
        with connection.cursor() as cursor:
            cursor.executemany("INSERT INTO consent_leaf (position, hash) VALUES (%s, %s)", rows)
        Node.objects.bulk_create(LogTree(size).new_nodes(before))


def numbered(count: int) -> list[bytes]:
    return [leaf_hash(str(number).encode()) for number in range(count)]


def roots(leaves: list[bytes]) -> Iterator[bytes]:
    growing = Tree()
    for leaf in leaves:
        growing.add(leaf)
        yield growing.root()


@pytest.mark.django_db
def test_the_known_roots() -> None:
    leaves = [leaf_hash(bytes.fromhex(entry)) for entry in ENTRIES]
    store(leaves, [3, 8])
    assert [root.hex() for root in roots(leaves)] == ROOTS
    assert [LogTree(size).get_root().hex() for size in range(1, 9)] == ROOTS
    assert Tree().root() == LogTree(0).get_root() == sha256(b"")


@given(st.integers(1, 300), st.data())
def test_every_proof_of_another_implementation_leads_to_the_root(size: int, data: st.DataObject) -> None:
    entries = [str(number).encode() for number in range(size)]
    other = InmemoryTree.init_from_entries(entries)
    position = data.draw(st.integers(0, size - 1))
    path = other.prove_inclusion(position + 1).path[1:]
    leaf = leaf_hash(entries[position])
    assert root_by_path(position, size, leaf, path) == other.get_root() == [*roots(numbered(size))][-1]
    assert root_by_path(position, size, leaf_hash(b"another"), path) != other.get_root()
    assert root_by_path(position, size, leaf, path[1:]) != other.get_root() or not path
    assert root_by_path(size, size, leaf, path) is None
    assert root_by_path(position, size, leaf, [*path, bytes(32)]) is None


@pytest.mark.django_db
def test_roots_and_proofs_at_every_edge_of_what_is_stored() -> None:
    leaves = numbered(1_100)
    sizes = [1, 2, 255, 256, 257, 500, 511, 512, 513, 1_023, 1_024, 1_100]
    store(leaves, sizes)
    expected = list(roots(leaves))
    assert Node.objects.count() == 4
    for size in sizes:
        root = LogTree(size).get_root()
        assert root == expected[size - 1]
        for position in {0, size // 2, size - 1, min(255, size - 1), min(256, size - 1)}:
            assert root_by_path(position, size, leaves[position], LogTree(size).audit_path(position)) == root


@pytest.mark.django_db
def test_a_long_log_is_proved_from_a_few_rows(django_assert_max_num_queries: pytest.FixtureRequest) -> None:
    leaves = numbered(65_800)
    store(leaves, [30_000, 65_000, 65_800])
    assert {level: Node.objects.filter(level=level).count() for level in (8, 16)} == {8: 257, 16: 1}
    root = [*roots(leaves)][-1]
    for position in (0, 40_000, 65_535, 65_536, 65_799):
        with django_assert_max_num_queries(6):  # type: ignore[operator]
            path = LogTree(65_800).audit_path(position)
        assert root_by_path(position, 65_800, leaves[position], path) == root


@pytest.mark.django_db
def test_a_log_that_grew_is_consistent_with_what_it_was() -> None:
    store(numbered(600), [600])
    log = LogTree(600)
    for size in (1, 255, 256, 300, 512, 599):
        log.prove_consistency(size).verify(log.get_root(size), log.get_root())


@pytest.mark.django_db
def test_a_log_that_lacks_a_part_says_so() -> None:
    store(numbered(600), [600])
    with lifted():
        Leaf.objects.filter(position=590).delete()
        Node.objects.filter(position=1).delete()
    for position in (580, 300):
        with pytest.raises(BrokenLogError, match="verify_decisions"):
            LogTree(600).audit_path(position)


def test_nothing_is_added_past_the_batches() -> None:
    with pytest.raises(NotImplementedError):
        LogTree(0).append_entry(b"record")
    assert tree.RUN == 256
