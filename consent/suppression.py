"""Which numbers of a table may be published, so that no number under ten can be found out (clause S14).

Numbers are published in lists, each with its total. A number under 10, zero included, is hidden; so are further ones,
until neither the total nor anything else gives it away. What "gives away" means here, taken as strictly as it can be:

    Somebody knows everything that is published and this very method. For every hidden number under 10, each of
    0, 1, …, 9 must still be possible: there is a whole list with that number which would have been published alike.

Why it holds. Let `hidden` hold the numbers under 10 and those hidden beside them, and S their sum, which anybody can
work out. Take any of the small ones and any v from 0 to 9. A list that has v there, S - v at the place hidden last and
0 at all other hidden places is published exactly alike: S >= 19 leaves at least 10 at that place, all other hidden
places are small, and so it is the first to be hidden beside them, with the same sum. Where all of a list is hidden, or
its total too, the same list does it. Places are gone through in an order that does not depend on the numbers: to hide
the next smallest one, as is common, would tell something of what it was.

Lists that share nothing but a published total stay independent of each other, given that total; so they may be
published side by side, and a list may split a published number of another one. Anything else, such as rows and columns
that both add up, may not.
"""

from collections.abc import Sequence
from dataclasses import dataclass

THRESHOLD = 10
"""The smallest number that is published."""

ENOUGH = 2 * THRESHOLD - 1
"""What the hidden numbers of a list must add up to, so that any small number may be among them."""


@dataclass(frozen=True)
class Shown:
    """A list of numbers as it is published: None where a number, or the total, is hidden."""

    total: int | None
    counts: list[int | None]


def shown(counts: Sequence[int]) -> Shown:
    """Return what may be published of counts and their total.

    Where others have to be hidden beside small ones, the last in the list go first: put what matters least there.
    """
    total = sum(counts)
    if total < THRESHOLD:
        return Shown(None, [None] * len(counts))
    small = {place for place, count in enumerate(counts) if count < THRESHOLD}
    hidden = set(small)
    for place in reversed(range(len(counts))):
        is_safe = len(hidden) > len(small) and sum(counts[one] for one in hidden) >= ENOUGH
        if not small or is_safe:
            break
        hidden.add(place)
    return Shown(total, [None if place in hidden else count for place, count in enumerate(counts)])
