"""The one-time token: random, signed, fresh for a day."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import time_machine
from hypothesis import given
from hypothesis import strategies as st

from inquiries import tokens

NOON = datetime(2026, 4, 1, 12, tzinfo=ZoneInfo("Asia/Tokyo"))


def test_a_token_is_random() -> None:
    secrets = set()
    for _ in range(100):
        token = tokens.read(tokens.mint())
        assert token is not None
        secrets.add(token.secret)
    assert len(secrets) == 100
    assert all(len(secret) == 32 for secret in secrets), "24 bytes in base64"


def test_a_token_is_fresh_for_a_day_and_known_ever_after() -> None:
    with time_machine.travel(NOON, tick=False) as clock:
        text = tokens.mint()
        clock.shift(timedelta(hours=24))
        at_the_end = tokens.read(text)
        clock.shift(timedelta(seconds=1))
        after = tokens.read(text)
    assert at_the_end is not None
    assert after is not None
    assert (at_the_end.is_fresh, after.is_fresh) == (True, False)
    assert at_the_end.digest == after.digest


def test_no_character_of_a_token_can_be_altered() -> None:
    text = tokens.mint()
    for position in range(len(text)):
        other = "A" if text[position] != "A" else "B"
        assert tokens.read(text[:position] + other + text[position + 1 :]) is None


@given(st.text())
def test_any_other_text_is_no_token(text: str) -> None:
    assert tokens.read(text) is None


def test_the_digest_does_not_hold_the_secret() -> None:
    token = tokens.Token("secret", is_fresh=True)
    assert token.digest == "2bb80d537b1da3e38bd30361aa855686bde0eacd7162fef6a25fe97bf527a25b"
