"""The frame in which an agreed tag runs: a document of its own, sealed off from the page (clause S16, design idea 2).

Its policy reaches the tag's registered hosts and no other. A script or an image is alone in a document without an
origin: `sandbox` takes away cookies, storage, forms, pop-ups and the page around it. Embedded content needs its own
origin to work, so it stands in a sandboxed frame within a document in which no script runs: the page puts no sandbox
around that document, or the content would have no origin either. No recipient gets a Referer. A script may read
`document.referrer`, the address of the page, and nothing else of it.
"""

import base64
import hashlib

from consent.addresses import origin_of
from consent.contents import Entry
from consent.models import TagKind

EMBED_SANDBOX = "allow-scripts allow-same-origin"
"""What embedded content may do: run its scripts as its own origin. No pop-up, no form, no way out of the frame."""

GUARD = (
    'for(const event of["beforeunload","pagehide","visibilitychange","freeze"])'
    "addEventListener(event,told=>told.stopImmediatePropagation(),true);"
    'for(const name of["fetchLater","RTCPeerConnection","webkitRTCPeerConnection"])'
    "Object.defineProperty(self,name,{value:undefined})"
)
"""Runs before a tag's script, and hides from it what would reach past its policy.

A script is not told that its frame is closed: what it sent then would arrive after the withdrawal that closed it. A
call between browsers (WebRTC) asks hosts that no policy names.
"""

_GUARD_ALONE = f"'sha256-{base64.b64encode(hashlib.sha256(GUARD.encode()).digest()).decode()}'"


def policy_of(tag: Entry) -> str:
    """Return the Content-Security-Policy of a tag's frame."""
    hosts = " ".join(dict.fromkeys([origin_of(tag["url"]), *tag["hosts"]]))
    own = {
        TagKind.SCRIPT: {
            "script-src": f"{_GUARD_ALONE} {hosts}",
            "img-src": hosts,
            "connect-src": hosts,
            "sandbox": "allow-scripts",
        },
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
