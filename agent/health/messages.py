"""Whether people are told: who takes no message, for whom messages wait, and which were given up."""

import datetime
from collections.abc import Sequence

from agent.adapters.clock import SystemClock
from agent.adapters.ledger import SqlUndelivered
from agent.config import Settings
from agent.domain.message import GivenUp
from agent.domain.phrase import Phrase, in_a_row, listed, plain
from agent.health.finding import Finding, Level, has_run, nothing_yet, some
from agent.ledgers import engine_of
from agent.recipients import OPENED_AGAIN, named_recipients

LONG_TRIES = 8
"""With the pauses between them, minutes: a shorter trouble mends itself before anybody has read of it."""
LONG_ALONE = datetime.timedelta(hours=1)
"""So long a message has failed while its channel answered: it is no outage, and somebody should look."""
REMEMBERED = datetime.timedelta(days=7)
"""How long a message that was given up is told of."""

_OPENED_AGAIN = {kind: Phrase(text) for kind, text in OPENED_AGAIN.items()}
_LATER = _OPENED_AGAIN | {"chat": Phrase("What waits is sent once Telegram is back: docs/telegram.md.")}
_ALONE = Phrase("It is tried again each few minutes. What it is about: dossierd pending")
_PENDING = Phrase("What is open all the same: dossierd pending")
_NEW_NUMBER = Phrase(
    "Write its new number into DOSSIERD_TELEGRAM_CHATS and restart; it stands in the log: "
    "journalctl -u dossierd | grep telegram_chat_migrated"
)


def delivery(settings: Settings) -> Finding:
    """Everybody who is to be told is told."""
    if not has_run(settings):
        return nothing_yet("messages")
    names = named_recipients(settings)
    engine = engine_of(settings)
    try:
        undelivered = SqlUndelivered(engine)
        refusing = undelivered.refusing(tuple(names))
        moved = undelivered.moved(tuple(names))
        failing = undelivered.failing(tuple(names), LONG_TRIES)
        now = SystemClock(settings.timezone).now()
        alone = undelivered.failing_alone(tuple(names), now - LONG_ALONE)
        given_up = undelivered.given_up(tuple(names), now - REMEMBERED)
    finally:
        engine.dispose()
    closed = [
        Phrase("{recipient} takes none: {why}", recipient=_named(names[it]), why=_stopless(why))
        for it, why in refusing.items()
        if why is not None
    ]
    waiting = [
        Phrase(
            "{recipient} can't be reached, {count} wait: {why}",
            recipient=_named(names[recipient]),
            count=it.messages,
            why=_stopless(it.sentence),
        )
        for recipient, it in failing.items()
        if not alone.get(recipient)
    ]
    waiting += [
        Phrase(
            "{recipient} has not got what tells of {documents} for over an hour, though it is reached: {why}",
            recipient=_named(names[recipient]),
            documents=some(alone[recipient]),
            why=_stopless(it.sentence),
        )
        for recipient, it in failing.items()
        if alone.get(recipient)
    ]
    became = [
        Phrase("{recipient} has become another group, in which no button works", recipient=_named(names[it]))
        for it in names
        if it in moved
    ]
    told = [*closed, *waiting, *became]
    kind = {recipient: name.partition(" ")[0] for recipient, name in names.items()}
    hints = [_OPENED_AGAIN[kind[it]] for it, why in refusing.items() if why is not None]
    hints += [_LATER[kind[recipient]] for recipient in failing if not alone.get(recipient)]
    hints += [_ALONE] if any(alone.get(recipient) for recipient in failing) else []
    hints += [_NEW_NUMBER] if moved else []
    if given_up.messages:
        told.append(_given_up(given_up))
        hints.append(_PENDING)
    if not told:
        return Finding(part="messages", level=Level.GOOD, said=Phrase("all who are to be told are told"))
    level = Level.BAD if closed or waiting or became else Level.NOTICE
    return Finding(part="messages", level=level, said=listed(*told), advice=in_a_row(*_once(hints)))


def _once(hints: Sequence[Phrase]) -> list[Phrase]:
    return [hint for at, hint in enumerate(hints) if hint not in hints[:at]]


def _named(name: str) -> Phrase:
    """Name a recipient: `chat 2`."""
    kind, _, number = name.partition(" ")
    return (
        Phrase("chat {number}", number=number)
        if kind == "chat"
        else Phrase("address {number}", number=number)
    )


def _stopless(sentence: str) -> Phrase:
    return plain(sentence, has_stop=False)


def _given_up(given_up: GivenUp) -> Phrase:
    told = Phrase("{count} given up in the last {days} days", count=given_up.messages, days=REMEMBERED.days)
    if not given_up.references:
        return told
    return Phrase("{given_up} (about {documents})", given_up=told, documents=some(given_up.references))
