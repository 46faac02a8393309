"""What a viewer is shown in a chat of their own, by the daemon as it is built, against a strict stand-in."""

from contextlib import closing
from pathlib import Path

from pydantic import HttpUrl, SecretStr

from agent import app
from agent.config import Settings
from agent.core.cards import question_card
from agent.core.voice import ENGLISH
from agent.domain.message import recipient_of
from tests.botapi import CHAT, OTHER_CHAT, TOKEN, BotApi
from tests.custody_builders import unmatched
from tests.integration.chat_samples import QUESTION


def test_a_viewers_own_chat_has_no_button_that_decides_and_a_group_has_all(tmp_path: Path) -> None:
    card = question_card(QUESTION, unmatched(), [], ENGLISH, original_name="a.pdf", has_snippet=True)
    with BotApi() as api:
        settings = Settings(
            home=tmp_path,
            allow_root=True,
            telegram_token=SecretStr(TOKEN),
            telegram_chats=(CHAT, OTHER_CHAT),
            telegram_users=f"anna=11,bert={CHAT}:viewer",
            telegram_api_url=HttpUrl(api.url),
        )
        with closing(app.build(settings)) as parts:
            for chat in settings.telegram_chats:
                parts.notifier.send(card, recipient_of(chat))
        labels = {kept.chat: kept.labels for kept in api.kept}
    assert labels == {
        CHAT: [["Show snippet"]],
        OTHER_CHAT: [["Nobody in the registry", "Later"], ["Search", "Show snippet"]],
    }
