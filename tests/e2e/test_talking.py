"""People in the loop: questions, presses and words over real HTTP with a running daemon."""

import io
import random
import re
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pypdfium2
import pytest

from agent.domain.outcome import Archived, Failed, State
from tests.botapi import CHAT, TOKEN, USERNAME, BotApi, Drop
from tests.faults.world import SETTINGS, World, end, letter_about, stop

pytestmark = [pytest.mark.slow, pytest.mark.reliability, pytest.mark.timeout(240)]

STRANGER = 666
VIEWER = 12
CARL = 13
GROUP = -1002
USERS = f"DOSSIERD_TELEGRAM_USERS=anna={CHAT}, bert={VIEWER}:viewer, carl={CARL}\n"


def settings(url: str, more: str = USERS) -> str:
    return (
        SETTINGS
        + f"DOSSIERD_TELEGRAM_TOKEN={TOKEN}\nDOSSIERD_TELEGRAM_CHATS={CHAT},{GROUP}\n"
        + f"DOSSIERD_TELEGRAM_API_URL={url}\n{more}"
    )


@pytest.fixture
def api() -> Iterator[BotApi]:
    with BotApi() as running:
        yield running


@pytest.fixture
def world(tmp_path: Path, api: BotApi) -> World:
    return World.make(tmp_path / "home", settings(api.url))


@pytest.fixture
def daemon(world: World) -> Iterator[subprocess.Popen[bytes]]:
    running = world.start("run", module="agent")
    world.wait_until_up(running)
    yield running
    process = Path(f"/proc/{running.pid}")
    titles = (process / "cmdline").read_bytes() + (process / "comm").read_bytes()
    stop(running)
    end(running)
    logs = "".join(path.read_text() for path in (world.home / "logs").iterdir())
    said = (world.log.read_text() + logs + titles.decode()).lower()
    for secret in (TOKEN.partition(":")[2], "famille", "prenom"):
        assert secret.lower() not in said


def ask(world: World, api: BotApi, daemon: subprocess.Popen[bytes], number: int = 101) -> None:
    """Drop a letter that names a person and no more, and wait for the question in both chats."""
    before = len(api.kept)
    world.drop(f"{number}.pdf", letter_about(number, name_only=True))
    api.wait_until(lambda it: len(it.kept) >= before + 2, 40)
    assert daemon.poll() is None


def pressed(api: BotApi, wanted: str, *, chat: int = CHAT, user: int | None = None) -> str:
    """Press the button whose label begins so; gives what the presser is shown."""
    labels = [
        button.label
        for kept in api.kept
        if kept.chat == chat
        for row in kept.buttons
        for button in row
        if button.label.startswith(wanted)
    ]
    return shown(api, api.press(labels[-1], chat=chat, user=user))


def shown(api: BotApi, query: str) -> str:
    """What the one who pressed was shown."""
    api.wait_until(lambda it: it.answer_to(query) is not None, 20)
    answer = api.answer_to(query)
    assert answer is not None
    return answer.text or ""


def outcome_of(world: World, number: int = 1) -> object:
    return next(it.outcome for it in world.documents() if it.document_id == number)


def journal(world: World) -> str:
    return (world.home / "logs" / "audit.jsonl").read_text()


def test_a_copy_that_telegram_has_kept_without_a_word_becomes_the_answer_once_it_is_pressed(
    world: World, api: BotApi, daemon: subprocess.Popen[bytes]
) -> None:
    api.order(Drop(keeps=True), method="sendMessage")
    world.drop("101.pdf", letter_about(101, name_only=True))
    api.wait_until(lambda it: len(it.kept) == 3, 40)
    first, second = [kept.message_id for kept in api.kept if kept.chat == CHAT]
    choice = "1 · P. F. · born 1931 · file 101"
    assert shown(api, api.press(choice, message_id=second)) == "D-1 is filed under 101."
    api.wait_until(lambda it: sum("Filed under file 101" in text for text in it.texts) == 2, 20)

    assert shown(api, api.press(choice, message_id=first)).startswith("Already answered by anna at ")

    api.wait_until(lambda it: all("Filed under file 101" in text for text in it.texts), 20)
    assert [kept.labels for kept in api.kept if kept.message_id == first and kept.chat == CHAT] == [
        [["Undo"]]
    ]
    assert daemon.poll() is None


def test_a_press_files_once_and_the_question_becomes_the_answer_everywhere(
    world: World, api: BotApi, daemon: subprocess.Popen[bytes]
) -> None:
    ask(world, api, daemon)
    query = api.press("1 · P. F. · born 1931 · file 101")
    again = api.press("1 · P. F. · born 1931 · file 101")
    assert shown(api, query) == "D-1 is filed under 101."
    assert shown(api, again).startswith("Already answered by anna at ")
    api.wait_until(lambda it: all("Filed under file 101" in text for text in it.texts), 20)
    outcome = outcome_of(world)
    assert isinstance(outcome, Archived)
    assert (outcome.record_id, outcome.decided_by) == ("101", "telegram:anna")
    assert len(api.kept) == 2
    assert "P. F." not in "".join(api.texts)  # whom it is about has left the chats
    assert [kept.labels for kept in api.kept] == [[["Undo"]], [["Undo"]]]
    assert journal(world).count('"event":"rested"') == 2  # in review, then archived


def test_whom_nothing_printed_names_is_asked_about_once_more(
    world: World, api: BotApi, daemon: subprocess.Popen[bytes]
) -> None:
    ask(world, api, daemon)
    assert pressed(api, "2 · ") == "Please look twice."
    api.wait_until(lambda it: "Really file D-1 here?" in it.texts[0], 20)
    assert pressed(api, "Back") == ""
    api.wait_until(lambda it: "Whose document is this?" in it.texts[0], 20)
    pressed(api, "2 · ")
    api.wait_until(lambda it: "Really file D-1 here?" in it.texts[0], 20)
    assert pressed(api, "Yes, file it here") == "D-1 is filed under 100."


def test_strangers_viewers_forgers_and_the_late_change_nothing_and_are_answered(
    world: World, api: BotApi, daemon: subprocess.Popen[bytes]
) -> None:
    ask(world, api, daemon)
    stranger = "You are not among those who may decide here."
    assert pressed(api, "1 · ", chat=GROUP, user=STRANGER) == stranger
    assert pressed(api, "1 · ", chat=GROUP, user=VIEWER) == "You may look, but not decide."
    for data in ("v1:q:1:c0:00000000", "v1:q:99:c0:00000000", "x" * 64, "v1:q:1:c99:00000000"):
        assert shown(api, api.press(forge=data)) in {
            "That button is none of ours.",
            "The question has changed meanwhile. Please look at it again.",
        }
    assert world.documents()[0].state is State.IN_REVIEW
    assert pressed(api, "None of these") == (
        "D-1 is set aside in failed/: it belongs to none of the people in the registry."
    )
    api.wait_until(lambda it: all("was set aside" in text for text in it.texts), 20)
    late = api.press("1 · P. F. · born 1931 · file 101", chat=GROUP, user=CARL, is_stale=True)
    assert shown(api, late).startswith("Already answered by anna at ")
    assert isinstance(outcome_of(world), Failed)
    told = journal(world)
    for reason in ("stranger", "viewer", "forged", "stale", "late"):
        assert f'"reason":"{reason}"' in told


def test_a_search_offers_others_under_new_buttons(
    world: World, api: BotApi, daemon: subprocess.Popen[bytes]
) -> None:
    ask(world, api, daemon)
    number = next(kept.message_id for kept in api.kept if kept.chat == CHAT)
    old = next(kept.buttons[0][0].label for kept in api.kept if kept.chat == CHAT)
    api.say("Famillegb", reply_to=number)
    api.wait_until(lambda it: "Found by your search:" in it.texts[0], 20)
    stale = shown(api, api.press(old, is_stale=True))
    assert stale == "The question has changed meanwhile. Please look at it again."
    pressed(api, "1 · ")
    api.wait_until(lambda it: "Really file D-1 here?" in it.texts[0], 20)
    assert pressed(api, "Yes") == "D-1 is filed under 157."


def test_a_filing_is_taken_back_where_it_was_told_and_asked_about_again(
    world: World, api: BotApi, daemon: subprocess.Popen[bytes]
) -> None:
    ask(world, api, daemon)
    pressed(api, "1 · ")
    api.wait_until(lambda it: all("Filed under file 101" in text for text in it.texts), 20)
    assert pressed(api, "Undo").startswith("D-1 is back in review.")
    api.wait_until(lambda it: len(it.kept) == 4 and "taken back by anna" in it.texts[0], 20)
    undone_twice = api.press("Undo", is_stale=True)
    assert "D-1" in shown(api, undone_twice)
    assert pressed(api, "1 · ") == "D-1 is filed under 101."


def test_a_press_while_the_daemon_is_down_counts_after_the_restart(world: World, api: BotApi) -> None:
    first = world.start("run", module="agent")
    world.wait_until_up(first)
    ask(world, api, first)
    stop(first)
    api.press("1 · P. F. · born 1931 · file 101")
    again = world.start("run", module="agent")
    world.wait(lambda: world.documents()[0].state is State.ARCHIVED, again)
    stop(again)
    assert getattr(outcome_of(world), "record_id", None) == "101"


def test_a_command_that_waited_while_the_document_was_filed_anew_is_refused(
    world: World, api: BotApi
) -> None:
    first = world.start("run", module="agent")
    world.wait_until_up(first)
    world.drop("a.pdf", letter_about(120))
    api.wait_until(lambda it: len(it.kept) == 2, 40)
    stop(first)
    api.say("/undo D-1")
    refiled = subprocess.run(
        [sys.executable, "-m", "agent", "refile", "D-1", "121", "--yes", "--home", str(world.home)],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    assert refiled.stdout.startswith("D-1 is filed under 121.")
    again = world.start("run", module="agent")
    api.wait_until(lambda it: any("D-1 has been filed anew since" in text for text in it.texts), 40)
    stop(again)
    assert getattr(outcome_of(world), "record_id", None) == "121"


@pytest.mark.timeout(300)
def test_twenty_deaths_right_after_a_press_lose_none_and_do_none_twice(world: World, api: BotApi) -> None:
    """SIGKILL at 0 to 500 ms after each press."""
    chance = random.Random(20)
    daemon = world.start("run", module="agent")
    world.wait_until_up(daemon)
    for count in range(1, 21):
        number = 100 + count
        world.drop(f"{number}.pdf", letter_about(number, name_only=True))
        api.wait_until(lambda it, seen=count: len([k for k in it.kept if k.chat == CHAT]) >= seen, 40)  # type: ignore[misc]
        kept = [kept for kept in api.kept if kept.chat == CHAT][-1]
        right = next(b for row in kept.buttons for b in row if b.label.endswith(f"file {number}"))
        api.press(right.data, message_id=kept.message_id)
        time.sleep(chance.uniform(0, 0.5))
        end(daemon)
        daemon = world.start("run", module="agent")
        world.wait(lambda seen=count: outcome_state(world, seen) is State.ARCHIVED, daemon)  # type: ignore[misc]
    world.wait_until_up(daemon)  # the last press may have been carried out before the last death
    stop(daemon)
    filed = {it.document_id: getattr(it.outcome, "record_id", None) for it in world.documents()}
    assert filed == {count: str(100 + count) for count in range(1, 21)}
    answered = re.findall(r'"event":"settling".*?"event":|"event":"settling"', journal(world))
    assert answered
    assert world.sql("SELECT count(*) FROM reviews WHERE answered_at IS NOT NULL") == [(20,)]
    assert world.sql("SELECT max(n) FROM (SELECT count(*) n FROM reviews GROUP BY document_id)") == [(1,)]


def outcome_state(world: World, number: int) -> State | None:
    return next((it.state for it in world.documents() if it.document_id == number), None)


def test_a_file_of_two_letters_is_split_by_a_reply(
    world: World, api: BotApi, daemon: subprocess.Popen[bytes]
) -> None:
    both = pypdfium2.PdfDocument.new()
    for number in (130, 131):
        both.import_pages(pypdfium2.PdfDocument(letter_about(number)))
    written = io.BytesIO()
    both.save(written)
    world.drop("both.pdf", written.getvalue())
    api.wait_until(lambda it: len(it.kept) == 2, 40)
    assert pressed(api, "Split").startswith("Reply to this message")
    number = next(kept.message_id for kept in api.kept if kept.chat == CHAT)
    api.say("split 1", reply_to=number)
    api.wait_until(lambda it: "page 2" in it.texts[-1], 20)
    api.say("split 1, 2", reply_to=number)
    world.wait(lambda: [it.state for it in world.documents()[1:]] == [State.ARCHIVED] * 2, daemon)
    filed = {getattr(it.outcome, "record_id", None) for it in world.documents()}
    assert filed == {None, "130", "131"}


def test_what_is_typed_is_answered_in_the_chat_it_was_typed_in(
    world: World, api: BotApi, daemon: subprocess.Popen[bytes]
) -> None:
    world.drop("a.pdf", letter_about(120))
    api.wait_until(lambda it: len(it.kept) == 2, 40)
    api.say("/status@other_bot")
    asked: dict[str, str | tuple[str, ...]] = {
        "/help": "What I understand",
        "/status": "How it goes",
        f"/status@{USERNAME.upper()}": "How it goes",
        "/pending": "No question is open.",
        "/costs": "Nothing was spent",
        "/health": ("All is well.", "All works, but look at this"),
        "/find D-1": "1 document",
        "/find Quintero": "Nothing was found.",
        "/find ?": "What is to be found?",
        "/find consultation": "1 document",
        "/show D-1": "D-1",
        "/show D-99": "There is no document D-99",
        "/undo": "Which document?",
        "/pause": "New documents",
        "/resume": "New documents",
        "/refile D-1 121": "Really file D-1 under file 121?",
        "/dance": "That is no command.",
    }
    for command, title in asked.items():
        before = len(_answers(api))
        api.say(command)
        api.wait_until(
            lambda it, seen=before, begins=title: any(
                text.startswith(begins) for text in _answers(it)[seen:]
            ),  # type: ignore[misc]
            20,
        )
    assert [text.startswith("How it goes") for text in _answers(api)].count(True) == 2
    said = api.say("/undo D-1", user=VIEWER, chat=GROUP)
    api.wait_until(lambda it: "You may look, but not decide." in it.texts, 20)
    assert [kept.reply_to for kept in api.kept if kept.text.startswith("You may look")] == [said]
    assert world.documents()[0].state is State.ARCHIVED


def _answers(api: BotApi) -> list[str]:
    return [text for text, kept in zip(api.texts, api.kept, strict=True) if kept.chat == CHAT][1:]
