"""A policy's wording as files bring it, made into the Markdown that a version holds.

No word is changed, and none left out but the page's own furniture: the link "To main text" and the title, which every
page has by itself (clauses U1 and U2).
"""

import re
from itertools import pairwise

FURNITURE = frozenset({"to main text", "privacy policy", "本文へ移動", "本文へ", "プライバシーポリシー"})

SECTION = re.compile(r"([0-9０-９]{1,2})[.．]\s*(\S.{0,79})")
"""The heading of a numbered section in plain text: short, and alone in its paragraph."""

LONGEST_HEADING = 80
SENTENCE_ENDS = (".", "。", ":", "：", ";", ",", "、")

_SIGNS = re.compile(r"[\\`*_\[\]<]|&(?=#?\w+;)|^[#>+\-](?=\s|$)|^[0-9]+(?=[.)]\s)")
"""What Markdown would take for a sign of its own."""


def from_plain_text(text: str) -> str:
    """Return plain text as Markdown that shows it as it stands.

    A paragraph like "1. Basic Policy" becomes a section's heading, and so does a short line right before the first.
    """
    blocks = [" ".join(block.split()) for block in re.split(r"\n\s*\n", normalized(text)) if block.strip()]
    while blocks and blocks[0].casefold() in FURNITURE:
        blocks.pop(0)
    return "\n\n".join(_as_markdown(*pair) for pair in pairwise([*blocks, ""])) + "\n"


def normalized(text: str) -> str:
    """Return text with plain line ends and without a byte order mark."""
    return text.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n")


def _as_markdown(block: str, following: str) -> str:
    section = _section(block)
    if section:
        return f"## {int(section[1])}. {_escaped(section[2])}"
    first = _section(following)
    is_title = first and int(first[1]) == 1 and len(block) <= LONGEST_HEADING and not block.endswith(SENTENCE_ENDS)
    return f"## {_escaped(block)}" if is_title else _escaped(block)


def _section(block: str) -> re.Match[str] | None:
    return None if block.endswith(SENTENCE_ENDS) else SECTION.fullmatch(block)


def _escaped(text: str) -> str:
    return _SIGNS.sub(lambda sign: sign[0] + "\\" if sign[0].isdigit() else "\\" + sign[0], text)
