"""What the audit trail says of messages: that one is being sent, and what came of it; never its words.

Two lines a message, however often it is tried: the intent at the first try, the result when it was taken, refused or
given up. Neither waits for the disk (`trail.Journal.note`), and a disk that refuses one keeps no message back: the
row in the outbox was there before, and people must hear above all of a disk that is full.
"""

import hashlib
from collections.abc import Mapping

import structlog

from agent.domain.message import Parcel
from agent.errors import StorageUnavailable
from agent.ports import Clock
from agent.trail import Journal

log = structlog.get_logger(__name__)

HASH_DIGITS = 12
"""Of the hash by which somebody is called who is no longer in the settings."""


class Deliveries:
    """Implements `workflow.outbox.Told`.

    Args:
        names: what each recipient is called: its place in the settings.
    """

    def __init__(self, journal: Journal, clock: Clock, names: Mapping[str, str]) -> None:
        self._journal = journal
        self._clock = clock
        self._names = names

    def begins(self, parcel: Parcel) -> None:
        if parcel.attempts == 0:
            self._note("sending_message", parcel, takes_place=parcel.replaces is not None)

    def sent(self, parcel: Parcel, receipt: str) -> None:
        number = receipt.partition("@")[0]  # without the chat that a group has become
        self._note("message_sent", parcel, receipt=number, attempt=parcel.attempts + 1)

    def refused(self, parcel: Parcel, reason: str) -> None:
        self._note("message_refused", parcel, reason=reason, attempt=parcel.attempts + 1)

    def given_up(self, parcel: Parcel, reason: str) -> None:
        self._note("message_given_up", parcel, reason=reason, attempt=parcel.attempts + 1)

    def _note(self, event: str, parcel: Parcel, **fields: object) -> None:
        try:
            self._journal.note(
                event,
                self._clock.now(),
                message=parcel.parcel_id,
                kind=parcel.message.kind,
                to=self._name_of(parcel.recipient),
                document=parcel.message.reference,
                correlation_id=parcel.correlation_id,
                epoch=parcel.epoch,
                **fields,
            )
        except StorageUnavailable as error:
            log.warning("message_untold", kind=parcel.message.kind, reason=error.reason)

    def _name_of(self, recipient: str) -> str:
        named = self._names.get(recipient)
        return named or f"former {hashlib.sha256(recipient.encode()).hexdigest()[:HASH_DIGITS]}"
