"""The ways in which Telegram is away, and how each ends."""

from collections.abc import Callable
from dataclasses import dataclass

from tests.botapi.server import TOKEN, BotApi
from tests.botapi.troubles import CONFLICT, HTML_PAGE, SERVER_ERROR, Drop, Hang, too_many_requests


@dataclass(frozen=True)
class Outage:
    """A trouble, and how it ends."""

    begin: Callable[[BotApi], None]
    end: Callable[[BotApi], None] = BotApi.recover


OUTAGES = {
    "not there": Outage(BotApi.down, BotApi.up),
    "asks for patience": Outage(lambda api: api.suffer(too_many_requests(3))),
    "in trouble itself": Outage(lambda api: api.suffer(SERVER_ERROR)),
    "a guest network's page": Outage(lambda api: api.suffer(HTML_PAGE)),
    "replies are lost": Outage(lambda api: api.suffer(Drop(keeps=True))),
    "the token is refused": Outage(lambda api: api.revoke(TOKEN[:-1] + "9"), lambda api: api.revoke(TOKEN)),
    "another program polls": Outage(lambda api: api.suffer(CONFLICT)),
    "no answer": Outage(lambda api: api.suffer(Hang(), method="sendMessage")),
}
