"""What waits in the spool comes into the database: each once, and out of the spool only when it stands there."""

import logging

from django.db import DataError, IntegrityError

from inquiries import intake, keyring, spool

logger = logging.getLogger(__name__)


def bring_in_the_spool() -> None:
    """Bring in every submission that waits. Safe to kill anywhere and to run twice: the token lets one in.

    A file that is damaged or refused is set aside and named; the others go on. Raises what the database raises while
    it is away: then everything stays where it is.
    """
    spool.sweep()
    for path in spool.waiting():
        try:
            inquiry = intake.bring_in(spool.read(path))
        except FileNotFoundError:  # another worker has brought it in
            continue
        except spool.TornError:
            logger.error("The spool's file %s is damaged; it is kept aside, in SPOOL_DIR/aside", path.name)  # noqa: TRY400 (the trace says no more)
            spool.set_aside(path)
            continue
        except (IntegrityError, DataError):
            logger.exception(
                "The database refuses the spool's file %s; it is kept aside, in SPOOL_DIR/aside", path.name
            )
            spool.set_aside(path)
            continue
        spool.remove(path)
        if inquiry:
            logger.info("Brought in %s from the spool", inquiry.reference)


def mind_the_key() -> None:
    """Say that this machine seals with an old key, while it does. Raises SealingError where it has none."""
    if keyring.is_stale():
        logger.error(
            "The newest public key here is an old one; copy the public keys anew: manage.py keys export-public"
        )
