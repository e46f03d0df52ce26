"""No hidden number under ten can be found out, also by somebody who knows how they are hidden (clause S14)."""

from collections import defaultdict
from collections.abc import Iterator
from itertools import combinations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from consent.suppression import THRESHOLD, Shown, shown

lists = st.lists(st.integers(0, 40) | st.integers(0, 10**18), min_size=1, max_size=8)


def lists_adding_up_to(total: int, places: int) -> Iterator[tuple[int, ...]]:
    """Yield every list of numbers of that length and total."""
    for bars in combinations(range(total + places - 1), places - 1):
        edges = (-1, *bars, total + places - 1)
        yield tuple(edges[one + 1] - edges[one] - 1 for one in range(places))


def frozen(found: Shown) -> tuple[int | None, tuple[int | None, ...]]:
    return found.total, tuple(found.counts)


@pytest.mark.parametrize(
    ("counts", "total", "published"),
    [
        ([500, 60, 40], 600, [500, 60, 40]),
        ([500, 60, 9], 569, [500, None, None]),
        ([500, 9, 60], 569, [500, None, None]),
        ([500, 0, 60], 560, [500, None, None]),
        ([500, 3, 4, 60], 567, [500, None, None, None]),
        ([500, 3, 12, 11], 526, [500, None, None, None]),
        ([500, 3, 12, 16], 531, [500, None, 12, None]),
        ([9, 9, 9], 27, [None, None, None]),
        ([10, 0], 10, [None, None]),
        ([3, 4], None, [None, None]),
        ([0], None, [None]),
        ([10], 10, [10]),
        ([], None, []),
        ([10**30, 10**30], 2 * 10**30, [10**30, 10**30]),
    ],
)
def test_what_is_published(counts: list[int], total: int | None, published: list[int | None]) -> None:
    assert shown(counts) == Shown(total, published)


@given(lists)
def test_a_number_under_ten_is_never_published_and_a_published_one_is_true(counts: list[int]) -> None:
    found = shown(counts)
    for count, published in zip(counts, found.counts, strict=True):
        assert published in {None, count}
        assert published is None or published >= THRESHOLD
    assert found.total in {None, sum(counts)}


@given(lists)
def test_where_nothing_is_small_everything_is_published(counts: list[int]) -> None:
    fit = [count + THRESHOLD for count in counts]
    assert shown(fit) == Shown(sum(fit), [*fit])


@given(lists)
def test_a_hidden_number_is_never_what_the_total_leaves_over(counts: list[int]) -> None:
    found = shown(counts)
    hidden = [count for count, published in zip(counts, found.counts, strict=True) if published is None]
    if found.total is not None and hidden:
        assert len(hidden) > 1
        assert sum(hidden) >= 9


# Every list of small numbers there is. Somebody knows the method and tries them all: whatever is published, each small
# number that was hidden may have been any of 0 to 9.
WORLDS = [(2, range(60)), (3, range(40)), (4, range(16, 25)), (5, range(18, 21))]


@pytest.mark.parametrize(("places", "totals"), WORLDS)
def test_of_all_lists_that_are_published_alike_some_have_every_small_number_in_a_hidden_place(
    places: int, totals: range
) -> None:
    possible: dict[object, list[set[int]]] = defaultdict(lambda: [set() for _place in range(places)])
    every = [counts for total in {*range(THRESHOLD), *totals} for counts in lists_adding_up_to(total, places)]
    for counts in every:
        for place, count in enumerate(counts):
            possible[frozen(shown(counts))][place].add(count)
    for counts in every:
        for place, count in enumerate(counts):
            if count < THRESHOLD:
                assert possible[frozen(shown(counts))][place] >= set(range(THRESHOLD)), (counts, place)
