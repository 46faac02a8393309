"""docs/telegram.md shows each message as the code writes it."""

import re
from pathlib import Path

from agent.adapters.telegram.rendering import typed_here
from agent.core.messages import missing_message
from agent.core.notices import unwell_notice, well_notice
from agent.core.voice import ENGLISH, Voice
from agent.domain.document import DocumentId
from agent.domain.identity import RecordId
from agent.domain.message import Message
from agent.domain.outcome import Archived
from agent.languages import catalogue
from tests.integration.chat_samples import CHAT_SAMPLES, card, laid_out
from tests.unit.core.test_digest import DIGEST
from tests.unit.core.test_messages import MATCH, SAMPLES, tell
from tests.unit.core.test_results import BATCH
from tests.unit.core.test_sample_cards import SAMPLE_CARDS
from tests.unit.core.test_storms import OVER, STORM

PAGE = Path(__file__).parents[2] / "docs" / "telegram.md"
CHATS = "## In a chat"
NOTICES = "## Of many at once, and of the house"
IN_FRENCH = "## In French"
TOLD = (
    STORM,
    OVER,
    BATCH,
    DIGEST,
    *SAMPLE_CARDS.values(),
    unwell_notice("ocr: tesseract has no data for fra", "Type: sudo apt install tesseract-ocr-fra"),
    well_notice("ocr"),
)


def _blocks(text: str) -> list[str]:
    return re.findall(r"```text\n(.*?)\n```", text, flags=re.DOTALL)


def _in_chat(text: str) -> str:
    return "\n".join(map(typed_here, text.replace("\N{NO-BREAK SPACE}", " ").split("\n")))


def _told_in_chat(message: Message) -> str:
    return _in_chat(laid_out(message))


def _sections() -> dict[str, str]:
    parts = re.split(r"^(?=## )", PAGE.read_text(encoding="utf-8"), flags=re.MULTILINE)
    return {part.partition("\n")[0]: part for part in parts}


def test_the_page_shows_every_layout_as_it_is() -> None:
    sections = _sections()
    del sections[CHATS], sections[NOTICES], sections[IN_FRENCH]
    assert _blocks("".join(sections.values())) == [_told_in_chat(message) for message in SAMPLES.values()]


def test_the_page_shows_what_stands_in_the_chats_as_it_is() -> None:
    assert _blocks(_sections()[CHATS]) == [_in_chat(laid_out(message)) for message in CHAT_SAMPLES.values()]


def test_the_page_shows_what_is_told_of_many_and_of_the_house_as_it_is() -> None:
    assert _blocks(_sections()[NOTICES]) == [_told_in_chat(message) for message in TOLD]


def test_the_page_shows_a_result_and_a_question_in_french_as_they_are() -> None:
    french = Voice(catalogue=catalogue("fr"))
    filed = Archived(record_id=RecordId("20817"), decided_by="rule", decision=MATCH)
    assert _blocks(_sections()[IN_FRENCH]) == [
        _in_chat(laid_out(tell(filed, kind="discharge_letter", voice=french))),
        _in_chat(laid_out(card(voice=french, can_split=True))),
    ]


def test_no_chat_is_told_to_type_what_its_button_does_or_what_only_the_machine_knows() -> None:
    told = [_told_in_chat(message) for message in (*SAMPLES.values(), *TOLD, *CHAT_SAMPLES.values())]
    told.append(_told_in_chat(missing_message(DocumentId(7), voice=ENGLISH)))
    assert [
        text for text in told if re.search(r"dossierd (?!answer|can|may|met|to enter)|/undo D-7(?!:)", text)
    ] == []
    assert told[-1].splitlines()[-2] == "Put it back where it was, then type: /retry D-7"
