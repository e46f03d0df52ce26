"""Policy text from Markdown: no HTML of the writer's own, sections with an id, outside links marked in place."""

from dataclasses import dataclass
from itertools import pairwise
from urllib.parse import urlsplit

from django.conf import settings
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _
from markdown_it import MarkdownIt
from markdown_it.token import Token

_parser = MarkdownIt("commonmark", {"html": False}).enable("table").disable("image")


@dataclass(frozen=True)
class Section:
    """A second-level heading with what follows it, or what stands before the first one (then `heading` is empty)."""

    heading: str
    html: SafeString


def to_html(text: str) -> SafeString:
    """Return Markdown as HTML in the active language; its sections are `#section-1`, `#section-2` and so on."""
    return mark_safe("".join(section.html for section in to_sections(text)))  # noqa: S308 - html is off in the parser


def to_sections(text: str) -> list[Section]:
    """Return Markdown as HTML in the active language, section by section; see `to_html`."""
    tokens = _parser.parse(text)
    _number_sections(tokens)
    for token in tokens:
        if token.children:
            token.children = _mark_outside_links(token.children)
    starts = [index for index, token in enumerate(tokens) if token.type == "heading_open" and token.tag == "h2"]
    bounds = [0, *starts, len(tokens)]
    parts = (tokens[start:end] for start, end in pairwise(bounds))
    return [_section(part) for part in parts if part]


def _section(tokens: list[Token]) -> Section:
    is_headed = tokens[0].type == "heading_open" and tokens[0].tag == "h2"
    html: str = _parser.renderer.render(tokens, _parser.options, {})
    return Section(tokens[1].content if is_headed else "", mark_safe(html))  # noqa: S308 - html is off in the parser


def _number_sections(tokens: list[Token]) -> None:
    """Give each section its id. The page's own heading is the only first-level one."""
    number = 0
    for token in tokens:
        if token.type in {"heading_open", "heading_close"} and token.tag == "h1":
            token.tag = "h2"
        if token.type == "heading_open" and token.tag == "h2":
            number += 1
            token.attrSet("id", f"section-{number}")


def _mark_outside_links(tokens: list[Token]) -> list[Token]:
    """Say beside each link that leaves this website that it does (clause S16)."""
    before, after = (_("%(site)s (external website)") % {"site": "\0"}).split("\0")
    marked: list[Token] = []
    is_outside = False
    for token in tokens:
        if token.type == "link_open":
            is_outside = _leads_outside(str(token.attrGet("href")))
            if is_outside:
                token.attrSet("rel", "external")
                marked += [token, _text(before)]
                continue
        elif token.type == "link_close" and is_outside:
            marked.append(_text(after))
        marked.append(token)
    return marked


def _leads_outside(address: str) -> bool:
    return urlsplit(address).netloc not in {"", urlsplit(settings.SITE_URL).netloc}


def _text(content: str) -> Token:
    return Token("text", "", 0, content=content)
