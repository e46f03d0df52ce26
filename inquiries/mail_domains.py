"""Likely slips of the pen in the domain of an e-mail address: asked about, never refused.

A closed list of domains that many people in Japan write mail from, and of endings. A library would know fewer of
them: none has Japan's carriers, and they take rare domains that exist for slips of common ones.
"""

COMMON = (
    "gmail.com", "googlemail.com", "yahoo.co.jp", "yahoo.com", "ymail.ne.jp", "outlook.jp", "outlook.com",
    "hotmail.co.jp", "hotmail.com", "live.jp", "live.com", "msn.com", "icloud.com", "docomo.ne.jp", "ezweb.ne.jp",
    "au.com", "softbank.ne.jp", "i.softbank.jp", "disney.ne.jp", "ymobile.ne.jp", "yahoo.ne.jp", "rakumail.jp",
    "uqmobile.jp", "nifty.com", "biglobe.ne.jp", "ocn.ne.jp", "so-net.ne.jp", "plala.or.jp", "dion.ne.jp",
    "excite.co.jp", "mail.com", "email.com", "ymail.com", "aol.com", "aol.jp", "me.com", "mac.com", "gmx.com",
    "gmx.net", "qq.com",
)  # fmt: skip
"""Domains that are right as they stand. The long ones are also what a slip is compared with."""

SHORTEST = 8
"""Characters of a domain that a slip is compared with: one letter away from a shorter one, others live."""

ENDINGS = {
    ".con": ".com", ".cmo": ".com", ".ocm": ".com", ".comm": ".com", ".cim": ".com", ".vom": ".com", ".xom": ".com",
    ".co.jo": ".co.jp", ".co.jpp": ".co.jp", ".co.ip": ".co.jp", ".co.pj": ".co.jp", ".cojp": ".co.jp",
    ".ne.jo": ".ne.jp", ".ne.jpp": ".ne.jp", ".ne.ip": ".ne.jp", ".ne.pj": ".ne.jp", ".nejp": ".ne.jp",
    ".or.jo": ".or.jp", ".or.pj": ".or.jp", ".orjp": ".or.jp", ".ac.jo": ".ac.jp", ".ac.pj": ".ac.jp",
    ".go.jo": ".go.jp", ".go.pj": ".go.jp", ".gojp": ".go.jp",
}  # fmt: skip
"""Endings under which next to nobody has a domain, and what they were meant to be."""


def suggestion_for(address: str) -> str:
    """Return the address that `address` was likely meant to be, or nothing where it looks right."""
    user, _at, domain = address.rpartition("@")
    domain = domain.lower()
    meant = _common_domain(domain) or _with_right_ending(domain)
    return f"{user}@{meant}" if meant else ""


def _common_domain(domain: str) -> str:
    if domain in COMMON:
        return ""
    compared = (common for common in COMMON if len(common) >= SHORTEST)
    return next((common for common in compared if is_one_slip_away(domain, common)), "")


def _with_right_ending(domain: str) -> str:
    for wrong, right in ENDINGS.items():
        if domain.endswith(wrong):
            return domain.removesuffix(wrong) + right
    return ""


def is_one_slip_away(typed: str, meant: str) -> bool:
    """Return whether one letter was left out, doubled, added or mistaken, or two neighbours swapped."""
    if typed == meant or abs(len(typed) - len(meant)) > 1:
        return False
    start = next((at for at, pair in enumerate(zip(typed, meant, strict=False)) if pair[0] != pair[1]), len(typed))
    ours, theirs = typed[start:], meant[start:]
    return (
        ours[1:] == theirs[1:]
        or ours[1:] == theirs
        or ours == theirs[1:]
        or (ours[1::-1] == theirs[:2] and ours[2:] == theirs[2:])
    )
