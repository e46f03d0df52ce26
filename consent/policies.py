"""The way of a policy version: a draft that staff write, the difference to what applies, and its publication."""

import difflib
import hashlib
import re
from dataclasses import dataclass
from datetime import date
from itertools import zip_longest

from django.db import transaction
from django.db.models import Max
from django.utils import timezone

from consent import publication
from consent.models import PolicyVersion

PROBLEMS = {
    "no_text": "The version has no text; write it in one language at least.",
    "one_language": "A plain statement needs both languages; add the other one, or mark it as official.",
    "same_text": "The text is that of the version before; there is nothing to publish.",
}


class NotPublishableError(ValueError):
    """The draft can't be published; the message says why and what to do. Nothing was changed."""


class ChangedMeanwhileError(Exception):
    """Somebody changed or published the draft since it was previewed; nothing was published."""


@dataclass(frozen=True)
class Wording:
    """What a page shows of a version in one language."""

    text: str
    stands_in: bool
    """Whether this is the plain statement, because the version's own text was not supplied in this language."""


@dataclass(frozen=True)
class Change:
    """A piece of text that both wordings have (""), that only the new one has ("ins") or only the old one ("del")."""

    kind: str
    text: str


def wording(version: PolicyVersion, language: str) -> Wording:
    """Return what to show of `version` in a language: its text, else the newest plain statement before it."""
    own = version.text(language)
    if own:
        return Wording(own, stands_in=False)
    plain = PolicyVersion.objects.published().filter(is_official=False, number__lt=version.number)
    return Wording(plain.order_by("-number")[:1].get().text(language), stands_in=True)


def next_number() -> int:
    """Return the number of the next version."""
    highest: int | None = PolicyVersion.objects.aggregate(highest=Max("number"))["highest"]
    return (highest or 0) + 1


def digest(version: PolicyVersion) -> str:
    """Return a hash of everything that is published with a version: a preview names what it showed by it."""
    parts = [version.text_ja, version.text_en, str(version.is_official), str(version.effective_on)]
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()


@transaction.atomic
def publish(version: PolicyVersion, previewed: str) -> PolicyVersion:
    """Publish a draft, and ask visitors again once it is in force. From then on it stays as it is.

    `previewed` is the `digest` of what was previewed. Raises NotPublishableError for a draft that breaks a rule, and
    ChangedMeanwhileError where it is no draft any more or reads otherwise.
    """
    draft = PolicyVersion.objects.select_for_update().filter(pk=version.pk, published_at=None).first()
    if draft is None or digest(draft) != previewed:
        raise ChangedMeanwhileError
    code = problem(draft)
    if code:
        raise NotPublishableError(PROBLEMS[code])
    draft.published_at = timezone.now()
    draft.save(update_fields=["published_at"])
    publication.take_up_policy()
    return draft


@transaction.atomic
def publish_texts(text_ja: str, text_en: str, *, is_official: bool, effective_on: date | None) -> PolicyVersion:
    """Publish a version from its texts at once, and return it.

    Raises NotPublishableError, also where staff are at work on a draft: it would get another number.
    """
    if PolicyVersion.objects.filter(published_at=None).exists():
        raise NotPublishableError("There is a draft already; publish or delete it at /admin/ first.")
    version = PolicyVersion.objects.create(
        number=next_number(),
        text_ja=text_ja,
        text_en=text_en,
        is_official=is_official,
        effective_on=effective_on,
    )
    return publish(version, digest(version))


def problem(version: PolicyVersion) -> str:
    """Return the code of the rule that keeps a draft from being published, or nothing."""
    if not version.text_ja.strip() and not version.text_en.strip():
        return "no_text"
    if not version.is_official and not (version.text_ja.strip() and version.text_en.strip()):
        return "one_language"
    earlier = PolicyVersion.objects.published().order_by("-number").first()
    if earlier and (earlier.text_ja, earlier.text_en) == (version.text_ja, version.text_en):
        return "same_text"
    return ""


def difference(old: str, new: str) -> list[list[Change]]:
    """Return the paragraphs of two wordings, each as its pieces: what stayed, what came and what went."""
    before, after = _paragraphs(old), _paragraphs(new)
    matcher = difflib.SequenceMatcher(None, before, after, autojunk=False)
    rows: list[list[Change]] = []
    for kind, i, j, k, m in matcher.get_opcodes():
        if kind == "equal":
            rows += [[Change("", text)] for text in before[i:j]]
        else:
            rows += [_pieces(*pair) for pair in zip_longest(before[i:j], after[k:m], fillvalue="")]
    return rows


def _paragraphs(text: str) -> list[str]:
    return [part.strip() for part in re.split(r"\n\s*\n", text) if part.strip()]


def _pieces(old: str, new: str) -> list[Change]:
    """Compare word by word in English, sign by sign in Japanese; wordings that share little stand whole."""
    words = re.compile(r"[A-Za-z0-9'’.,-]+|\s+|.")
    before, after = words.findall(old), words.findall(new)
    matcher = difflib.SequenceMatcher(None, before, after, autojunk=False)
    if matcher.ratio() < 0.5:
        return [change for change in (Change("del", old), Change("ins", new)) if change.text]
    changes: list[Change] = []
    for kind, i, j, k, m in matcher.get_opcodes():
        if kind == "equal":
            changes.append(Change("", "".join(before[i:j])))
        else:
            pieces = Change("del", "".join(before[i:j])), Change("ins", "".join(after[k:m]))
            changes += [piece for piece in pieces if piece.text]
    return changes
