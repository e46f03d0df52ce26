"""Every field of an inquiry: why it is asked and whether it is required (clauses S4 and S8; decision 6).

The form has these fields and no others; a test compares.
"""

from dataclasses import dataclass

from inquiries.models import LookPurpose


@dataclass(frozen=True)
class Field:
    """One field of the form. `max_length` in characters; 0 where the values are a closed list."""

    name: str
    purpose: LookPurpose
    required: bool
    personal: bool
    max_length: int = 0


FIELDS = [
    Field("category", LookPurpose.OPERATE, required=True, personal=False),
    Field("name", LookPurpose.ANSWER, required=True, personal=True, max_length=100),
    Field("name_kana", LookPurpose.ANSWER, required=False, personal=True, max_length=100),
    Field("organization", LookPurpose.ANSWER, required=False, personal=True, max_length=200),
    Field("email", LookPurpose.ANSWER, required=True, personal=True, max_length=254),
    Field("telephone", LookPurpose.ANSWER, required=False, personal=True, max_length=40),
    Field("postal_code", LookPurpose.ANSWER, required=False, personal=True, max_length=20),
    Field("address", LookPurpose.ANSWER, required=False, personal=True, max_length=300),
    Field("subject", LookPurpose.ANSWER, required=False, personal=True, max_length=100),
    Field("message", LookPurpose.ANSWER, required=True, personal=True, max_length=4000),
    Field("reply_by", LookPurpose.ANSWER, required=True, personal=False),
    Field("publish_name", LookPurpose.PLAN, required=False, personal=False),
    Field("agree", LookPurpose.OPERATE, required=True, personal=False),
]

PERSONAL = [field.name for field in FIELDS if field.personal]
"""What is sealed, in the order in which staff read it."""

CORRECTABLE = ["name", "name_kana", "organization", "email", "telephone", "postal_code", "address", "reply_by"]
"""What the sender may correct on the status page; what was asked stays as it was, and is added to by a message."""

THREAD = "thread"
"""What staff and the sender wrote after the inquiry: opened and recorded like a field."""
REASON = "reason"
"""What staff wrote of why they looked: nobody opens it but the worker, to seal it again under a newer key."""

HOLDS = "holds"
"""Why the inquiry is kept past its term, in staff's words: opened and recorded like a field."""
