"""What came in from a channel, kept before the channel is told to forget it."""

import datetime
import json
from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Engine, delete, func, insert, select, update

from agent.adapters.ledger.engine import reading, writing
from agent.adapters.ledger.schema import inbox, polls, silences
from agent.domain.hearing import Silence

_KEPT = datetime.timedelta(days=7)
"""How long is known what was handled: Telegram tells nothing again after a day."""
_WAITING = (
    select(inbox.c.bot, inbox.c.update_id, inbox.c.body, inbox.c.received_at)
    .where(inbox.c.handled_at.is_(None))
    .order_by(inbox.c.bot, inbox.c.update_id)
)
"""Asked for twice a second as long as the daemon lives, so it is built once."""


class SqlInbox:
    """Implements `asked.Inbox`."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def keep(self, bot: str, updates: Sequence[tuple[Mapping[str, Any], datetime.datetime]]) -> int | None:
        with writing(self._engine) as connection:
            for one, at in updates:
                number = int(one["update_id"])
                known = connection.execute(
                    select(inbox.c.update_id).where(inbox.c.bot == bot, inbox.c.update_id == number)
                ).scalar()
                if known is None:
                    connection.execute(
                        insert(inbox).values(bot=bot, update_id=number, body=json.dumps(one), received_at=at)
                    )
        return max((int(one["update_id"]) for one, _ in updates), default=None)

    def waiting(self) -> Sequence[tuple[str, int, Mapping[str, Any], datetime.datetime]]:
        with reading(self._engine) as connection:
            return [
                (row.bot, row.update_id, json.loads(row.body or "{}"), row.received_at)
                for row in connection.execute(_WAITING)
            ]

    def mark_handled(self, bot: str, update_id: int, now: datetime.datetime) -> None:
        with writing(self._engine) as connection:
            connection.execute(
                update(inbox)
                .where(inbox.c.bot == bot, inbox.c.update_id == update_id)
                .values(handled_at=now, body=None)
            )
            connection.execute(delete(inbox).where(inbox.c.handled_at < now - _KEPT))

    def polled(self, bot: str, now: datetime.datetime, forgotten_after: datetime.timedelta) -> None:
        with writing(self._engine) as connection:
            connection.execute(delete(silences).where(silences.c.bot == bot))
            before = connection.execute(select(polls).where(polls.c.bot == bot)).one_or_none()
            if before is None:
                connection.execute(insert(polls).values(bot=bot, polled_at=now))
                return
            values: dict[str, datetime.datetime | None] = {"polled_at": now}
            if now - before.polled_at > forgotten_after:
                values["heard_again_at"] = now
            elif before.heard_again_at is not None and before.heard_again_at > now:
                values["heard_again_at"] = None  # a clock that was ahead has told of it
            connection.execute(update(polls).where(polls.c.bot == bot).values(**values))

    def unanswered(self, bot: str, sentence: str, hint: str, now: datetime.datetime) -> None:
        with writing(self._engine) as connection:
            changed = connection.execute(
                update(silences).where(silences.c.bot == bot).values(sentence=sentence, hint=hint)
            )
            if not changed.rowcount:
                connection.execute(insert(silences).values(bot=bot, since=now, sentence=sentence, hint=hint))

    def forget_silence(self, bot: str) -> None:
        with writing(self._engine) as connection:
            connection.execute(delete(silences).where(silences.c.bot == bot))

    def silence(self, bot: str) -> Silence | None:
        with reading(self._engine) as connection:
            row = connection.execute(select(silences).where(silences.c.bot == bot)).one_or_none()
        return None if row is None else Silence(since=row.since, sentence=row.sentence, hint=row.hint)

    def polled_at(self) -> datetime.datetime | None:
        """When the channel answered last; None where it never has."""
        with reading(self._engine) as connection:
            moment: datetime.datetime | None = connection.execute(
                select(func.max(polls.c.polled_at))
            ).scalar()
            return moment

    def heard_again_at(self) -> datetime.datetime | None:
        with reading(self._engine) as connection:
            moment: datetime.datetime | None = connection.execute(
                select(func.max(polls.c.heard_again_at))
            ).scalar()
            return moment
