"""The frame in which an agreed tag runs: a document of its own, sealed off from the page (clause S16, design idea 2).

Its policy reaches the tag's registered hosts and no other. A script or an image is alone in a document without an
origin: `sandbox` takes away cookies, storage, forms, pop-ups and the page around it. Embedded content needs its own
origin to work, so it stands in a sandboxed frame within a document in which no script runs: the page puts no sandbox
around that document, or the content would have no origin either. No recipient gets a Referer. A script may read
`document.referrer`, the address of the page, and nothing else of it.
"""

from consent.addresses import origin_of
from consent.contents import Entry
from consent.models import TagKind

EMBED_SANDBOX = "allow-scripts allow-same-origin"
"""What embedded content may do: run its scripts as its own origin. No pop-up, no form, no way out of the frame."""


def policy_of(tag: Entry) -> str:
    """Return the Content-Security-Policy of a tag's frame."""
    hosts = " ".join(dict.fromkeys([origin_of(tag["url"]), *tag["hosts"]]))
    own = {
        TagKind.SCRIPT: {"script-src": hosts, "img-src": hosts, "connect-src": hosts, "sandbox": "allow-scripts"},
        TagKind.IMAGE: {"img-src": hosts, "sandbox": ""},
        TagKind.EMBED: {"frame-src": hosts, "style-src": "'self'"},
    }
    everywhere = {
        "default-src": "'none'",
        "base-uri": "'none'",
        "form-action": "'none'",
        "frame-ancestors": "'self'",
    }
    directives = everywhere | own[TagKind(tag["kind"])]
    return "; ".join(f"{name} {sources}".strip() for name, sources in directives.items())
