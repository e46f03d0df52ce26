"""A page names itself once, in `{% block page_title %}`; title, breadcrumb and heading all use `{{ page_title }}`."""

from typing import Any

from django import template
from django.template import Context
from django.template.loader_tags import BLOCK_CONTEXT_KEY, BlockNode
from django.utils.safestring import mark_safe

register = template.Library()


@register.simple_tag(takes_context=True)
def name_page(context: Context) -> str:
    """Put the page's own `page_title` block, or the view's value where it has none, into `page_title`.

    A block may stand in a template only once, so base.html calls this before anything else and never names the block.
    """
    render_context: Any = context.render_context
    blocks = render_context.get(BLOCK_CONTEXT_KEY)
    block: BlockNode | None = blocks.get_block("page_title") if blocks else None
    if block:
        context["page_title"] = mark_safe(str(block.render(context)).strip())  # noqa: S308 - rendered, so already escaped
    return ""
