"""Whether people are told: who takes no message, for whom messages wait, and which were given up."""

import datetime

from agent.adapters.clock import SystemClock
from agent.adapters.home import LEDGER_FILE
from agent.adapters.ledger import SqlUndelivered, open_engine
from agent.app import OPENED_AGAIN, named_recipients
from agent.config import Settings
from agent.health.finding import Finding, Level, has_run, nothing_yet, some

LONG_TRIES = 8
"""With the pauses between them, minutes: a shorter trouble mends itself before anybody has read of it."""
REMEMBERED = datetime.timedelta(days=7)
"""How long a message that was given up is told of."""

_LATER = OPENED_AGAIN | {
    "chat": "What waits is sent once Telegram is back: docs/telegram.md, “When Telegram is down”."
}
_NEW_NUMBER = (
    "Write its new number into DOSSIERD_TELEGRAM_CHATS and restart; it stands in the log: "
    "journalctl -u dossierd | grep telegram_chat_migrated"
)


def delivery(settings: Settings) -> Finding:
    """Everybody who is to be told is told."""
    if not has_run(settings):
        return nothing_yet("messages")
    names = named_recipients(settings)
    engine = open_engine(settings.home / "state" / LEDGER_FILE, may_upgrade=False)
    try:
        undelivered = SqlUndelivered(engine)
        refusing = undelivered.refusing(tuple(names))
        moved = undelivered.moved(tuple(names))
        failing = undelivered.failing(tuple(names), LONG_TRIES)
        since = SystemClock(settings.timezone).now() - REMEMBERED
        given_up = undelivered.given_up(tuple(names), since)
    finally:
        engine.dispose()
    closed = [f"{names[it]} takes none: {why}" for it, why in refusing.items() if why is not None]
    waiting = [
        f"{names[recipient]} can't be reached, {it.messages} wait: {it.sentence}"
        for recipient, it in failing.items()
    ]
    became = [
        f"{names[it]} has become another group, in which no button works" for it in names if it in moved
    ]
    told = [sentence.rstrip(".") for sentence in (*closed, *waiting, *became)]
    kind = {recipient: name.partition(" ")[0] for recipient, name in names.items()}
    hints = dict.fromkeys(OPENED_AGAIN[kind[it]] for it, why in refusing.items() if why is not None)
    hints |= dict.fromkeys(_LATER[kind[recipient]] for recipient in failing)
    hints |= {_NEW_NUMBER: None} if moved else {}
    if given_up.messages:
        about = f" (about {some(given_up.references)})" if given_up.references else ""
        told.append(f"{given_up.messages} given up in the last {REMEMBERED.days} days{about}")
        hints["What is open all the same: dossierd pending"] = None
    if not told:
        return Finding(part="messages", level=Level.GOOD, sentence="all who are to be told are told")
    level = Level.BAD if closed or waiting or became else Level.NOTICE
    return Finding(part="messages", level=level, sentence="; ".join(told), hint=" ".join(hints))
