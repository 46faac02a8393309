"""The button "Show snippet", over real HTTP with a running daemon that draws in the fence."""

import io
import random
import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pypdfium2
import pytest
from PIL import Image, ImageChops

from agent.adapters.telegram.pictures import blank
from agent.domain.outcome import State
from tests.botapi import CHAT, BotApi, Kept
from tests.e2e.test_talking import GROUP, VIEWER, pressed, settings, shown
from tests.faults.world import World, end, letter_about, stop

pytestmark = [pytest.mark.slow, pytest.mark.security, pytest.mark.timeout(240)]

COMES = "The picture comes in a moment."
STANDS = "The picture stands in this chat already, or is on its way."
SWITCHED_ON = f"DOSSIERD_TELEGRAM_USERS=anna={CHAT}, bert={VIEWER}:viewer\nDOSSIERD_SNIPPETS=true\n"


@pytest.fixture
def api() -> Iterator[BotApi]:
    with BotApi() as running:
        yield running


@pytest.fixture
def world(tmp_path: Path, api: BotApi) -> World:
    return World.make(tmp_path / "home", settings(api.url, SWITCHED_ON))


@pytest.fixture
def start(world: World) -> Iterator[Callable[[], subprocess.Popen[bytes]]]:
    """Starts daemons, the last of which is stopped; none of them has written a name into a log."""
    started: list[subprocess.Popen[bytes]] = []

    def start() -> subprocess.Popen[bytes]:
        started.append(world.start("run", module="agent"))
        world.wait_until_up(started[-1])
        return started[-1]

    yield start
    stop(started[-1])
    end(started[-1])
    logs = "".join(path.read_text(errors="replace") for path in (world.home / "logs").iterdir())
    assert "famille" not in (world.log.read_text(errors="replace") + logs).lower()


def pictures(api: BotApi) -> list[Kept]:
    """The messages that show more than grey."""
    return [kept for kept in api.kept if kept.photo is not None and kept.photo.content != blank()]


def ask(world: World, api: BotApi, *, name_only: bool = True) -> bytes:
    letter = letter_about(101, name_only=name_only)
    world.drop("101.pdf", letter)
    api.wait_until(lambda it: len(it.kept) == 2, 40)
    return letter


def test_the_printed_name_is_shown_on_request_and_leaves_the_chat_with_the_answer(
    world: World, api: BotApi, start: Callable[[], subprocess.Popen[bytes]]
) -> None:
    start()
    letter = ask(world, api)
    question = next(kept for kept in api.kept if kept.chat == GROUP)

    assert pressed(api, "Show snippet", chat=GROUP, user=VIEWER) == COMES
    assert pressed(api, "Show snippet", chat=GROUP, user=CHAT) == STANDS
    api.wait_until(lambda it: len(pictures(it)) == 1, 40)

    (kept,) = pictures(api)
    assert kept.caption == (
        "D-1 · page 1\nThe printed lines that the question rests on. Shown until it is answered, a day at most."
    )
    assert (kept.chat, kept.reply_to, kept.protect, kept.is_covered) == (
        GROUP,
        question.message_id,
        True,
        True,
    )
    assert kept.photo is not None
    piece = Image.open(io.BytesIO(kept.photo.content))
    assert holds_the_name(piece, letter)
    logs = "".join(path.read_text(errors="replace") for path in (world.home / "logs").iterdir())
    assert '"event":"snippet_asked"' in logs
    assert not world.sql("SELECT 1 FROM outbox WHERE message LIKE '%PNG%'")

    assert pressed(api, "1 · ") == "D-1 is filed under 101."
    api.wait_until(lambda it: not pictures(it), 20)
    assert [gone.message_id for gone in api.deleted] == [kept.message_id]
    assert len(api.kept) == 2
    assert world.documents()[0].state is State.ARCHIVED


def test_a_picture_that_was_asked_for_comes_and_goes_whenever_the_daemon_dies(
    world: World, api: BotApi, start: Callable[[], subprocess.Popen[bytes]]
) -> None:
    daemon = start()
    ask(world, api)
    assert pressed(api, "Show snippet") == COMES
    end(daemon)

    daemon = start()
    api.wait_until(lambda it: len(pictures(it)) == 1, 40)
    end(daemon)
    query = api.press("1 · P. F. · born 1931 · file 101")

    start()
    assert shown(api, query) == "D-1 is filed under 101."
    api.wait_until(lambda it: not pictures(it), 20)


def test_deaths_right_after_each_press_show_no_picture_twice_and_leave_none(
    world: World, api: BotApi, start: Callable[[], subprocess.Popen[bytes]]
) -> None:
    """SIGKILL at 0 to 700 ms after a press: before the drawing, in it, between place and picture, and after."""
    chance = random.Random(16)
    daemon = start()

    def die_and_start() -> subprocess.Popen[bytes]:
        time.sleep(chance.uniform(0, 0.7))
        end(daemon)
        return start()

    cards = []
    for count in range(1, 6):
        world.drop(f"{count}.pdf", letter_about(100 + count, name_only=True))
        api.wait_until(lambda it, seen=count: len(questions(it)) == seen, 40)  # type: ignore[misc]
        cards.append(questions(api)[-1].message_id)
        api.press("Show snippet", message_id=cards[-1])
        daemon = die_and_start()
        api.wait_until(lambda it, seen=count: len(pictures(it)) == seen, 40)  # type: ignore[misc]
    assert sorted(kept.reply_to or 0 for kept in pictures(api)) == cards
    for left, card in zip(range(4, -1, -1), cards, strict=True):
        api.press("None of these", message_id=card)
        daemon = die_and_start()
        api.wait_until(lambda it, seen=left: len(pictures(it)) == seen, 40)  # type: ignore[misc]
    world.wait(world.rests, daemon)
    assert {it.state for it in world.documents()} == {State.FAILED}


def questions(api: BotApi) -> list[Kept]:
    return [kept for kept in api.kept if kept.chat == CHAT and "Whose document is this?" in kept.words]


def test_without_the_setting_there_is_no_button_and_a_forged_press_shows_nothing(
    world: World, api: BotApi, start: Callable[[], subprocess.Popen[bytes]]
) -> None:
    (world.home / ".env").write_text(settings(api.url))
    start()
    ask(world, api)
    (revision,) = world.sql("SELECT revision FROM questions")[0]
    assert "Show snippet" not in str([kept.labels for kept in api.kept])
    assert shown(api, api.press(forge=f"v1:q:1:i:{revision}")) == "That can't be done here."
    assert len(api.kept) == 2


def holds_the_name(piece: Image.Image, letter: bytes) -> bool:
    """Whether the printed name of the patient, as the test draws it, stands somewhere in the piece."""
    with pypdfium2.PdfDocument(letter) as document:
        page = document[0]
        words = page.get_textpage().search("FAMILLE").get_next()
        assert words is not None
        left, bottom, right, top = page.get_textpage().get_charbox(words[0], loose=False)
        for index in range(words[0], words[0] + words[1]):
            box = page.get_textpage().get_charbox(index, loose=False)
            left, bottom = min(left, box[0]), min(bottom, box[1])
            right, top = max(right, box[2]), max(top, box[3])
        scale = 4.0
        drawn = page.render(scale=scale, grayscale=True).to_pil()
        height = page.get_height()
    name = drawn.crop(
        (int(left * scale), int((height - top) * scale), int(right * scale), int((height - bottom) * scale))
    )
    return best_likeness(piece, name) < 30


def best_likeness(piece: Image.Image, name: Image.Image) -> float:
    """How far the name differs, 0 to 255 on average, from what is most like it in the piece; small, for speed."""
    small = name.convert("L").resize((name.width // 4, name.height // 4), Image.Resampling.BOX)
    best = 255.0
    for scale in (piece_scale / 16 for piece_scale in range(4, 9)):
        seen = piece.convert("L").resize(
            (int(piece.width * scale), int(piece.height * scale)), Image.Resampling.BOX
        )
        for x in range(seen.width - small.width + 1):
            for y in range(seen.height - small.height + 1):
                cut = seen.crop((x, y, x + small.width, y + small.height))
                histogram = ImageChops.difference(cut, small).histogram()
                best = min(
                    best, sum(level * count for level, count in enumerate(histogram)) / cut.width / cut.height
                )
    return best
