"""One act that puts drafts in force: the register is frozen and the notices made from it, in one transaction."""

from dataclasses import dataclass

from django.contrib.auth.models import User
from django.db import transaction
from django.utils import timezone

from consent import contents, drafts, faults, inventory, notices
from consent.contents import Content
from consent.models import RegisterVersion


class ChangedMeanwhileError(ValueError):
    """Somebody edited a draft or published after the preview was shown."""


class NothingToPublishError(ValueError):
    """What is drafted is what is in force."""


class FaultyError(ValueError):
    """A draft is such that it can't be published; `faults` says why, in sentences."""

    def __init__(self, faults: list[str]) -> None:
        super().__init__(" ".join(faults))
        self.faults = faults


@dataclass(frozen=True)
class Preview:
    """What publishing would change now. `seen` stands for exactly these drafts over exactly this version in force."""

    in_force: RegisterVersion
    content: Content

    @property
    def seen(self) -> str:
        return contents.sha256([self.in_force.number, self.content])

    @property
    def is_empty(self) -> bool:
        return contents.canonical(self.content) == contents.canonical(self.in_force.content)

    @property
    def faults(self) -> list[str]:
        """Why it can't be published, in sentences of the active language."""
        return faults.of(self.content)

    @property
    def asks_again(self) -> bool:
        return contents.asked_version(self.content) != self.in_force.asked


def preview() -> Preview:
    """Return what publishing would change now."""
    return Preview(inventory.register_in_force(), drafts.content(inventory.policy_in_force()))


@transaction.atomic
def publish(by: User | None, *, seen: str | None = None) -> RegisterVersion:
    """Put the drafts in force and return the new version of the register.

    `seen` is that of the preview which `by` decided on; without it the drafts are published as they are.
    Raises ChangedMeanwhileError, NothingToPublishError or FaultyError, and then nothing is published.
    """
    _wait_for_other_publishers()
    now = preview()
    if seen is not None and now.seen != seen:
        raise ChangedMeanwhileError("The drafts or the version in force changed since the preview was shown")
    if now.is_empty:
        raise NothingToPublishError("The drafts are what is in force")
    if now.faults:
        raise FaultyError(now.faults)
    return _freeze(now.content, by)


@transaction.atomic
def take_up_policy() -> RegisterVersion | None:
    """Put the policy version that applies today in force, with everything else as it was published; drafts stay.

    Returns the new version of the register, or None where that policy is in force already. Safe to run at any time.
    """
    policy = inventory.policy_in_force()
    if inventory.register_in_force().content["policy"] == policy.number:
        return None
    _wait_for_other_publishers()
    return _freeze(inventory.register_in_force().content | {"policy": policy.number}, None)


@transaction.atomic
def publish_provisioned(before: Content, after: Content) -> None:
    """Publish what was provisioned, and the notices in the words of this release; what staff drafted stays a draft.

    `before` and `after` are the drafts around the provisioning.
    """
    register = RegisterVersion.objects.order_by("-number").first()
    content = contents.with_additions(register.content, before, after) if register else after
    if register is None or content != register.content:
        register = _freeze(content, None)
    notices.publish(register)
    take_up_policy()


def _wait_for_other_publishers() -> None:
    """Take the first version's row until the transaction ends. (SQLite writes one thing at a time anyway.)"""
    list(RegisterVersion.objects.select_for_update().filter(number=1))


def _freeze(content: Content, by: User | None) -> RegisterVersion:
    last = RegisterVersion.objects.order_by("-number").first()
    register = RegisterVersion.objects.create(
        number=last.number + 1 if last else 1,
        asked=contents.asked_version(content),
        content=content,
        published_at=timezone.now(),
        published_by=by,
    )
    notices.publish(register)
    return register
