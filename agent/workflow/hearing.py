"""One thing that was heard in a chat, and what presses and words have in common."""

import datetime
from dataclasses import dataclass

import structlog

from agent.core.allowed import User
from agent.domain.document import DocumentId
from agent.domain.hearing import Heard, Press
from agent.domain.life import Action, Request
from agent.ports import Ports

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Hearing:
    """One thing that was heard.

    Attributes:
        key: the same whenever it is heard again.
        at: when it came in.
    """

    key: str
    at: datetime.datetime
    heard: Heard


def request_of(
    hearing: Hearing,
    user: User,
    asked_in: str,
    action: Action,
    document_id: DocumentId,
    argument: str,
    epoch: int,
    likeness: str | None = None,
) -> Request:
    """What the desk is asked for: the same however often it is heard.

    Args:
        asked_in: the recipient's key of the chat.
        epoch: the document's for which it is meant.
        likeness: of the person whom the record of an answer was shown to be.
    """
    return Request(
        key=hearing.key,
        action=action,
        document_id=document_id,
        argument=argument,
        actor=user.actor,
        requested_at=hearing.at,
        epoch=epoch,
        asked_in=asked_in,
        likeness=likeness,
    )


def refuse(hearing: Hearing, why: str, ports: Ports) -> None:
    """Write down that something was refused, and to whom, by the channel's numbers."""
    heard = hearing.heard
    ports.journal.append(
        "press_refused" if isinstance(heard, Press) else "words_refused",
        ports.clock.now(),
        reason=why,
        chat=heard.chat,
        user=heard.user,
        key=hearing.key,
    )
    log.warning("refused_in_chat", reason=why, chat=heard.chat)
