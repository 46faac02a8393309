"""Who is told: what each recipient is called, and what helps where one takes nothing."""

from collections.abc import Mapping

from agent.adapters import apprise
from agent.config import Settings
from agent.core.setting_texts import addresses_of
from agent.domain.message import recipient_of


def escalation_of(settings: Settings) -> str | None:
    """The recipient who is asked when a question has been open for days, and told nothing else."""
    chat = settings.telegram_escalation_chat
    return None if chat is None else recipient_of(chat)


OPENED_AGAIN = {
    "chat": "Have somebody there press Start in the bot, or unblock it; take it into a group again.",
    "address": "Check the address in DOSSIERD_NOTIFY_URLS: docs/notify.md.",
}
"""What helps where a chat, or an address, takes nothing; by the first word of its name."""


def named_recipients(settings: Settings) -> Mapping[str, str]:
    """What each is called who is told: its place in the settings. Numbers and addresses are nobody's business."""
    chats = () if settings.telegram_token is None else settings.telegram_chats
    addresses = addresses_of(settings.notify_urls.get_secret_value())
    return {
        **{recipient_of(chat): f"chat {number}" for number, chat in enumerate(chats, start=1)},
        **{apprise.recipient_of(one): f"address {number}" for number, one in enumerate(addresses, start=1)},
    }
