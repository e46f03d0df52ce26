"""The clauses of the policy by their numbers, and the section of the wording in which each one stands.

OCCTO's official wording and the plain statement have the same six sections; the clauses before the first one are those
of the notice.
"""

import re
from collections.abc import Sequence
from itertools import pairwise

SECTIONS: dict[int, tuple[str, ...]] = {
    0: ("U1", "U2", "S1", "S2", "S3"),
    1: ("S4", "S5"),
    2: ("S6", "S7", "S8", "S9"),
    3: ("S10", "S11", "S12"),
    4: ("S13a", "S13b", "S14"),
    5: ("S15",),
    6: ("S16",),
}

CLAUSES: tuple[str, ...] = tuple(clause for clauses in SECTIONS.values() for clause in clauses)

_NUMBERED = re.compile(r"([0-9]{1,2})[.．]\s")


def by_section(headings: Sequence[str]) -> list[tuple[str, ...]]:
    """Return the clauses to name after each section of a wording, given its headings in order.

    Clauses stand with the numbered section that they belong to, those of the notice before section 1. A heading
    without a number belongs to what stands before it, and the clauses come after the last part of theirs.
    """
    number = 0
    numbers: list[int] = []
    for heading in headings:
        match = _NUMBERED.match(heading)
        number = int(match[1]) if match else number
        numbers.append(number)
    return [SECTIONS.get(one, ()) if one != other else () for one, other in pairwise([*numbers, -1])]
