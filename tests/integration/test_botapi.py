"""The stand-in for the Bot API, held against what Telegram documents and says."""

import asyncio
import io
import json
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any

import httpx
import pytest
from PIL import Image
from telegram import Bot, Chat, InlineKeyboardButton, InlineKeyboardMarkup, InputMediaPhoto, Update
from telegram.constants import ParseMode

from tests import botapi
from tests.botapi import CHAT, NOT_MODIFIED, OTHER_CHAT, TOKEN, USER, BotApi, Button

SUPERGROUP = -1_001_234_567_890
STRANGER = 9999
TOO_OLD = "Bad Request: query is too old and response timeout expired or query ID is invalid"
HOUR = 3600.0

Ask = Callable[..., Any]


def standing_clock() -> float:
    return 1_790_000_000.0


@pytest.fixture
def api() -> Iterator[BotApi]:
    with BotApi(clock=standing_clock) as running:
        yield running


@pytest.fixture
def client() -> Iterator[httpx.Client]:
    with httpx.Client(trust_env=False, timeout=30) as client:
        yield client


@pytest.fixture
def ask(api: BotApi, client: httpx.Client) -> Ask:
    """Ask the stand-in: gives the result, or what a refusal says."""

    def one(method: str, **parameters: Any) -> Any:
        files = {name: parameters.pop(name) for name, it in [*parameters.items()] if isinstance(it, bytes)}
        form = {name: it if isinstance(it, str) else json.dumps(it) for name, it in parameters.items()}
        url = f"{api.url}/bot{TOKEN}/{method}"
        answer = client.post(url, data=form, files=files or None).json()
        return answer["result"] if answer["ok"] else answer["description"]

    return one


def keyboard(*rows: list[tuple[str, str]]) -> dict[str, object]:
    return {
        "inline_keyboard": [[{"text": label, "callback_data": data} for label, data in row] for row in rows]
    }


def picture(width: int = 40, height: int = 20) -> bytes:
    content = io.BytesIO()
    Image.new("L", (width, height), 128).save(content, "PNG")
    return content.getvalue()


QUESTION = keyboard([("M. K.", "v1:1:1:a")], [("Skip", "v1:1:s:a"), ("None of these", "v1:1:n:a")])


# Polls


def test_unconfirmed_updates_are_delivered_again_and_an_offset_forgets_what_is_below_it(
    api: BotApi, ask: Ask
) -> None:
    for text in ("a", "b", "c"):
        api.say(text)
    first = ask("getUpdates")
    assert [update["message"]["text"] for update in first] == ["a", "b", "c"]
    assert ask("getUpdates") == first
    assert ask("getUpdates", limit=1, offset=first[1]["update_id"]) == first[1:2]
    assert ask("getUpdates") == first[1:]
    assert ask("getUpdates", offset=first[2]["update_id"] + 1) == []
    assert ask("getUpdates") == []


def test_a_negative_offset_counts_from_the_newest_and_forgets_the_rest(api: BotApi, ask: Ask) -> None:
    for text in ("a", "b", "c"):
        api.say(text)
    assert [update["message"]["text"] for update in ask("getUpdates", offset=-1)] == ["c"]
    assert api.pending == 1


def test_updates_are_kept_for_24_hours(api: BotApi, ask: Ask) -> None:
    api.say("old")
    api.advance(2 * HOUR)
    api.say("new")
    api.advance(22 * HOUR + 1)
    assert [update["message"]["text"] for update in ask("getUpdates")] == ["new"]


def test_only_allowed_kinds_are_kept_and_the_list_is_remembered(api: BotApi, ask: Ask) -> None:
    ask("getUpdates", allowed_updates=["callback_query"])
    api.say("not allowed")
    assert ask("getUpdates") == []
    ask("getUpdates", allowed_updates=["message"])
    api.say("allowed")
    assert len(ask("getUpdates")) == 1


@pytest.fixture
def poll(api: BotApi, ask: Ask) -> Iterator[Callable[..., Future[Any]]]:
    """Poll in a thread of its own; gives back when the poll waits."""
    with ThreadPoolExecutor(4) as threads:

        def begin(**parameters: Any) -> Future[Any]:
            calls = len(api.calls)
            polling = threads.submit(ask, "getUpdates", timeout=20, **parameters)
            api.wait_until(lambda it: len(it.calls) > calls and it.is_polled)
            return polling

        yield begin


def test_a_poll_waits_and_wakes_when_an_update_comes(api: BotApi, poll: Callable[..., Future[Any]]) -> None:
    polling = poll()
    assert not polling.done()
    api.say("now")
    assert [update["message"]["text"] for update in polling.result(5)] == ["now"]
    assert not api.is_polled


def test_a_poll_ends_empty_when_its_time_is_over(ask: Ask) -> None:
    assert ask("getUpdates", timeout=1) == []


def test_a_second_poll_ends_the_one_that_waits(api: BotApi, poll: Callable[..., Future[Any]]) -> None:
    first, second = poll(), poll()
    assert first.result(5) == (
        "Conflict: terminated by other getUpdates request; make sure that only one bot instance is running"
    )
    api.say("now")
    assert len(second.result(5)) == 1


def test_a_webhook_ends_the_poll_and_forbids_the_next(
    api: BotApi, ask: Ask, poll: Callable[..., Future[Any]]
) -> None:
    waiting = poll()
    api.set_webhook("https://other.example/hook")
    assert waiting.result(5) == "Conflict: terminated by setWebhook request"
    assert "can't use getUpdates method while webhook is active" in ask("getUpdates")
    assert ask("getWebhookInfo")["url"] == "https://other.example/hook"
    assert ask("deleteWebhook", drop_pending_updates=False) is True
    assert ask("getUpdates") == []


# Presses


def test_a_press_comes_as_a_query_with_the_message_and_is_answered_once(api: BotApi, ask: Ask) -> None:
    sent = ask("sendMessage", chat_id=CHAT, text="Whose?", reply_markup=QUESTION)
    pressed = api.press("Skip")
    (update,) = ask("getUpdates")
    query = update["callback_query"]
    assert (query["id"], query["data"], query["from"]["id"]) == (pressed, "v1:1:s:a", USER)
    assert query["message"] == sent
    assert ask("answerCallbackQuery", callback_query_id=pressed, text="Skipped", show_alert=True) is True
    (shown,) = api.answers
    assert (shown.query_id, shown.text, shown.show_alert) == (pressed, "Skipped", True)
    assert api.answer_to(pressed) == shown
    assert ask("answerCallbackQuery", callback_query_id=pressed) == TOO_OLD


def test_a_query_is_too_old_after_15_seconds_and_an_unknown_one_at_once(api: BotApi, ask: Ask) -> None:
    ask("sendMessage", chat_id=CHAT, text="Whose?", reply_markup=QUESTION)
    pressed = api.press("Skip")
    api.advance(16)
    assert ask("answerCallbackQuery", callback_query_id=pressed) == TOO_OLD
    assert ask("answerCallbackQuery", callback_query_id="12") == TOO_OLD
    assert api.answers == []


def test_an_answer_has_200_characters_at_most(api: BotApi, ask: Ask) -> None:
    ask("sendMessage", chat_id=CHAT, text="Whose?", reply_markup=QUESTION)
    pressed = api.press("v1:1:s:a")
    too_long = ask("answerCallbackQuery", callback_query_id=pressed, text="x" * 201)
    assert too_long == "Bad Request: MESSAGE_TOO_LONG"
    assert ask("answerCallbackQuery", callback_query_id=pressed, text="x" * 200) is True


def test_only_a_button_of_the_present_keyboard_can_be_pressed_unless_it_is_said_otherwise(
    api: BotApi, ask: Ask
) -> None:
    ask("sendMessage", chat_id=CHAT, text="Whose?", reply_markup=QUESTION)
    ask("editMessageText", chat_id=CHAT, message_id=1, text="Filed", reply_markup=keyboard([("Undo", "u")]))
    with pytest.raises(AssertionError, match="no button 'Skip'"):
        api.press("Skip")
    api.press("Skip", is_stale=True)
    api.press(forge="v1:999:1:forged", user=STRANGER)
    api.press(forge="v1:2:1:a", message_id=77)
    stale, forged, gone = (update["callback_query"] for update in ask("getUpdates"))
    assert (stale["data"], stale["message"]["text"]) == ("v1:1:s:a", "Filed")
    assert (forged["data"], forged["from"]["id"], forged["message"]["message_id"]) == (
        "v1:999:1:forged",
        STRANGER,
        1,
    )
    assert (gone["message"]["message_id"], gone["message"]["date"]) == (77, 0)


def test_in_a_group_anybody_can_press_and_write(api: BotApi, ask: Ask) -> None:
    ask("sendMessage", chat_id=OTHER_CHAT, text="Whose?", reply_markup=QUESTION)
    api.press("Skip", chat=OTHER_CHAT)
    api.press("Skip", chat=OTHER_CHAT, user=STRANGER)
    api.say("/status now", chat=OTHER_CHAT, user=STRANGER, reply_to=1)
    one, other, said = ask("getUpdates")
    assert one["callback_query"]["from"]["id"] == USER
    assert other["callback_query"]["from"]["id"] == STRANGER
    assert said["message"]["entities"] == [{"type": "bot_command", "offset": 0, "length": 7}]
    assert said["message"]["reply_to_message"]["text"] == "Whose?"


# Edits


def test_an_edit_changes_text_and_keyboard_and_keeps_what_was(api: BotApi, ask: Ask) -> None:
    ask("sendMessage", chat_id=CHAT, text="<b>Whose?</b>", parse_mode="HTML", reply_markup=QUESTION)
    ask("editMessageText", chat_id=CHAT, message_id=1, text="Filed", reply_markup=keyboard([("Undo", "u")]))
    (kept,) = api.kept
    assert (kept.text, kept.history, kept.labels) == ("Filed", ("Whose?",), [["Undo"]])
    assert kept.past_buttons[0][0] == (Button(label="M. K.", data="v1:1:1:a"),)
    assert api.shown() == ["Filed\n[Undo]"]
    assert api.texts == ["Filed"]


@pytest.mark.parametrize("method", ["editMessageText", "editMessageReplyMarkup"])
def test_an_edit_without_a_keyboard_removes_it(api: BotApi, ask: Ask, method: str) -> None:
    ask("sendMessage", chat_id=CHAT, text="Whose?", reply_markup=QUESTION)
    text = {"text": "Whose?"} if method == "editMessageText" else {}
    ask(method, chat_id=CHAT, message_id=1, **text)
    assert api.kept[0].buttons == ()
    assert ask(method, chat_id=CHAT, message_id=1, **text) == f"Bad Request: {NOT_MODIFIED}"


def test_the_same_text_and_keyboard_are_no_change_however_the_text_is_marked_up(ask: Ask) -> None:
    ask("sendMessage", chat_id=CHAT, text="<b>a</b> &amp; b", parse_mode="HTML", reply_markup=QUESTION)
    where = {"chat_id": CHAT, "message_id": 1, "reply_markup": QUESTION}
    same = ask("editMessageText", **where, text="<b>a</b> &#38; b", parse_mode="HTML")
    assert same == f"Bad Request: {NOT_MODIFIED}"
    assert ask("editMessageText", **where, text="a & b")["text"] == "a & b"
    assert ask("editMessageText", **where, text="a &amp; b", parse_mode="HTML") == same


def test_what_is_not_there_can_not_be_edited_or_deleted(api: BotApi, ask: Ask) -> None:
    assert ask("editMessageText", chat_id=CHAT, message_id=5, text="a") == (
        "Bad Request: message to edit not found"
    )
    assert ask("deleteMessage", chat_id=CHAT, message_id=5) == "Bad Request: message to delete not found"
    mine = api.say("mine")
    assert ask("editMessageText", chat_id=CHAT, message_id=mine, text="a") == (
        "Bad Request: message can't be edited"
    )


def test_a_message_can_be_deleted_for_48_hours_and_edited_later_too(api: BotApi, ask: Ask) -> None:
    for _ in range(2):
        ask("sendMessage", chat_id=CHAT, text="a")
    assert ask("deleteMessage", chat_id=CHAT, message_id=1) is True
    assert ([it.message_id for it in api.kept], len(api.deleted)) == ([2], 1)
    api.advance(48 * HOUR + 1)
    assert ask("deleteMessage", chat_id=CHAT, message_id=2) == (
        "Bad Request: message can't be deleted for everyone"
    )
    assert ask("editMessageText", chat_id=CHAT, message_id=2, text="b")["text"] == "b"


# Pictures


def test_a_picture_keeps_its_caption_keyboard_and_protection(api: BotApi, ask: Ask) -> None:
    ask(
        "sendPhoto",
        chat_id=CHAT,
        photo=picture(),
        caption="<b>D-1</b>",
        parse_mode="HTML",
        protect_content=True,
        disable_notification=True,
        reply_markup=QUESTION,
    )
    (kept,) = api.kept
    assert kept.photo is not None
    assert (kept.photo.content, kept.photo.width, kept.photo.height) == (picture(), 40, 20)
    assert (kept.text, kept.caption, kept.protect, kept.silent) == ("", "D-1", True, True)
    assert api.shown() == ["(picture, 40 x 20)\nD-1\n[M. K.]\n[Skip] [None of these]"]


def test_text_is_edited_on_texts_and_captions_on_pictures(api: BotApi, ask: Ask) -> None:
    ask("sendPhoto", chat_id=CHAT, photo=picture(), caption="D-1")
    ask("sendMessage", chat_id=CHAT, text="D-2")
    assert ask("editMessageText", chat_id=CHAT, message_id=1, text="a") == (
        "Bad Request: there is no text in the message to edit"
    )
    assert ask("editMessageCaption", chat_id=CHAT, message_id=2, caption="a") == (
        "Bad Request: there is no caption in the message to edit"
    )
    assert ask("editMessageCaption", chat_id=CHAT, message_id=1, caption="D-1") == (
        f"Bad Request: {NOT_MODIFIED}"
    )
    assert ask("editMessageCaption", chat_id=CHAT, message_id=1, caption="Filed")["caption"] == "Filed"
    assert api.texts == ["Filed", "D-2"]


def test_a_picture_can_be_put_in_the_place_of_another(api: BotApi, ask: Ask) -> None:
    ask("sendPhoto", chat_id=CHAT, photo=picture(), protect_content=True)
    media = {"type": "photo", "media": "attach://new", "caption": "gone"}
    told = ask("editMessageMedia", chat_id=CHAT, message_id=1, media=media, new=picture(10, 10))
    assert (told["photo"][0]["width"], told["caption"], told["has_protected_content"]) == (10, "gone", True)


def test_a_picture_is_covered_for_as_long_as_each_edit_says_so(api: BotApi, ask: Ask) -> None:
    assert ask("sendPhoto", chat_id=CHAT, photo=picture(), has_spoiler=True)["has_media_spoiler"]
    covered = {"type": "photo", "media": "attach://new", "has_spoiler": True}
    ask("editMessageMedia", chat_id=CHAT, message_id=1, media=covered, new=picture(10, 10))
    assert [kept.is_covered for kept in api.kept] == [True]
    bare = {"type": "photo", "media": "attach://new"}
    ask("editMessageMedia", chat_id=CHAT, message_id=1, media=bare, new=picture(20, 10))
    assert [kept.is_covered for kept in api.kept] == [False]


def test_a_picture_must_be_uploaded_with_its_edit_and_its_caption_is_limited(api: BotApi, ask: Ask) -> None:
    ask("sendPhoto", chat_id=CHAT, photo=picture())
    media = {"type": "photo", "media": "attach://elsewhere"}
    wrong = ask("editMessageMedia", chat_id=CHAT, message_id=1, media=media, new=picture(10, 10))
    assert wrong == "Bad Request: wrong file identifier"
    media = {"type": "photo", "media": "attach://new", "caption": "a" * 1025}
    long = ask("editMessageMedia", chat_id=CHAT, message_id=1, media=media, new=picture(10, 10))
    assert long == "Bad Request: MEDIA_CAPTION_TOO_LONG"
    media = {"type": "photo", "media": "attach://new", "protect_content": "true"}
    unknown = ask("editMessageMedia", chat_id=CHAT, message_id=1, media=media, new=picture(10, 10))
    assert unknown == "Bad Request: the stand-in does not know ['protect_content']"


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"no picture", "IMAGE_PROCESS_FAILED"),
        (picture(1, 21), "PHOTO_INVALID_DIMENSIONS"),
        (picture(9000, 1001), "PHOTO_INVALID_DIMENSIONS"),
    ],
)
def test_what_is_no_picture_for_a_chat_is_refused(ask: Ask, content: bytes, said: str) -> None:
    assert ask("sendPhoto", chat_id=CHAT, photo=content) == f"Bad Request: {said}"
    assert ask("sendPhoto", chat_id=CHAT) == "Bad Request: there is no photo in the request"


# Limits


@pytest.mark.parametrize(
    ("markup", "said"),
    [
        (keyboard([("a", "x" * 65)]), "BUTTON_DATA_INVALID"),
        (keyboard([("a", "é" * 33)]), "BUTTON_DATA_INVALID"),
        (
            keyboard([("a", "")]),
            "can't parse inline keyboard button: Text buttons are unallowed in the inline keyboard",
        ),
        (keyboard([(" ", "x")]), "can't parse inline keyboard button: Can't find field \"text\""),
        (keyboard([]), "the stand-in takes no empty row of buttons"),
        (keyboard(*[[("a", "x")]] * 101), "reply markup is too long"),
        (keyboard([("a", "x")] * 9), "reply markup is too long"),
        ({"keyboard": [["a"]]}, "the stand-in knows inline keyboards only"),
        ("{", "can't parse reply_markup JSON object"),
    ],
)
def test_keyboards_that_telegram_would_not_show_are_refused(ask: Ask, markup: object, said: str) -> None:
    assert ask("sendMessage", chat_id=CHAT, text="a", reply_markup=markup) == f"Bad Request: {said}"


def test_the_largest_keyboard_is_taken(api: BotApi, ask: Ask) -> None:
    ask("sendMessage", chat_id=CHAT, text="a", reply_markup=keyboard(*[[("a", "x" * 64)]] * 100))
    assert len(api.kept[0].buttons) == 100


@pytest.mark.parametrize(
    ("method", "field", "limit", "said"),
    [
        ("sendMessage", "text", 4096, "message is too long"),
        ("editMessageText", "text", 4096, "MESSAGE_TOO_LONG"),
        ("sendPhoto", "caption", 1024, "message caption is too long"),
        ("editMessageCaption", "caption", 1024, "MEDIA_CAPTION_TOO_LONG"),
    ],
)
def test_texts_are_measured_in_utf_16_units_after_the_markup(
    ask: Ask, method: str, field: str, limit: int, said: str
) -> None:
    if field == "caption":
        ask("sendPhoto", chat_id=CHAT, photo=picture())
    else:
        ask("sendMessage", chat_id=CHAT, text="a")
    more: dict[str, Any] = {"photo": picture()} if method == "sendPhoto" else {}
    more |= {"message_id": 1} if method.startswith("edit") else {}

    def send(letters: str) -> Any:
        return ask(method, chat_id=CHAT, parse_mode="HTML", **{field: f"<b>{letters}</b>"}, **more)

    assert send("\N{SLEEPING SYMBOL}" * (limit // 2) + "&amp;") == f"Bad Request: {said}"
    assert send("\N{SLEEPING SYMBOL}" * (limit // 2 - 1) + "&amp;&lt;")["message_id"]


@pytest.mark.parametrize(
    "markup", ["<b>a", "a</b>", "<font>a</font>", "a < b", "<b><code>a</code></b>", "<!-- a -->", "<b"]
)
def test_bad_markup_is_refused_in_texts_captions_and_edits(ask: Ask, markup: str) -> None:
    ask("sendMessage", chat_id=CHAT, text="a")
    how = {"chat_id": CHAT, "parse_mode": "HTML"}
    for said in (
        ask("sendMessage", text=markup, **how),
        ask("editMessageText", text=markup, message_id=1, **how),
        ask("sendPhoto", photo=picture(), caption=markup, **how),
    ):
        assert said.startswith("Bad Request: can't parse entities: ")


def test_what_the_stand_in_does_not_know_is_refused(ask: Ask) -> None:
    assert "does not know ['entities']" in ask("sendMessage", chat_id=CHAT, text="a", entities=[])
    assert ask("sendVoice", chat_id=CHAT) == "Not Found"
    assert ask("sendMessage", text="a") == "Bad Request: chat_id is empty"
    assert ask("sendMessage", chat_id="@name", text="a") == "Bad Request: chat not found"
    assert ask("editMessageText", chat_id=CHAT, text="a") == (
        "Bad Request: message identifier is not specified"
    )


def test_a_reply_needs_the_message_that_it_replies_to(api: BotApi, ask: Ask) -> None:
    said = api.say("/status")
    told = ask("sendMessage", chat_id=CHAT, text="a", reply_parameters={"message_id": said})
    assert told["reply_to_message"]["text"] == "/status"
    missing = {"message_id": 77}
    assert ask("sendMessage", chat_id=CHAT, text="a", reply_parameters=missing) == (
        "Bad Request: message to be replied not found"
    )
    missing["allow_sending_without_reply"] = True
    assert ask("sendMessage", chat_id=CHAT, text="a", reply_parameters=missing)["text"] == "a"
    assert api.shown() == ["> /status", "a", "a"]


# Rates


def test_without_rates_everything_is_taken(api: BotApi, ask: Ask) -> None:
    for _ in range(40):
        ask("sendMessage", chat_id=CHAT, text="a")
    assert len(api.kept) == 40


def test_a_chat_takes_one_message_a_second_and_a_small_burst(
    api: BotApi, ask: Ask, client: httpx.Client
) -> None:
    api.enforce_rates()
    for _ in range(3):
        ask("sendMessage", chat_id=CHAT, text="a")
    refused = client.post(f"{api.url}/bot{TOKEN}/sendMessage", data={"chat_id": str(CHAT), "text": "a"})
    assert (refused.status_code, refused.headers["Retry-After"]) == (429, "1")
    assert refused.json()["parameters"] == {"retry_after": 1}
    assert refused.json()["description"] == "Too Many Requests: retry after 1"
    assert ask("sendMessage", chat_id=OTHER_CHAT, text="a")["text"] == "a"
    assert api.refusals == [("sendMessage", "Too Many Requests: retry after 1")]
    api.advance(1)
    assert ask("editMessageText", chat_id=CHAT, message_id=1, text="b")["text"] == "b"
    assert ask("editMessageText", chat_id=CHAT, message_id=1, text="c") == "Too Many Requests: retry after 1"


def test_a_group_takes_20_messages_a_minute(api: BotApi, ask: Ask) -> None:
    api.enforce_rates()
    for _ in range(20):
        ask("sendMessage", chat_id=OTHER_CHAT, text="a")
        api.advance(1)
    assert ask("sendMessage", chat_id=OTHER_CHAT, text="a") == "Too Many Requests: retry after 40"
    api.advance(40)
    assert ask("sendMessage", chat_id=OTHER_CHAT, text="a")["text"] == "a"


def test_all_chats_together_take_30_messages_a_second(client: httpx.Client) -> None:
    chats = tuple(range(1, 32))
    with BotApi(clock=standing_clock, chats=chats) as api:
        api.enforce_rates()
        for chat in chats:
            client.post(f"{api.url}/bot{TOKEN}/sendMessage", data={"chat_id": str(chat), "text": "a"})
        assert (len(api.kept), len(api.refusals)) == (30, 1)


# Chats


def test_a_chat_that_blocked_the_bot_is_closed_until_somebody_writes(api: BotApi, ask: Ask) -> None:
    ask("sendMessage", chat_id=CHAT, text="a")
    api.block()
    api.block(OTHER_CHAT)
    assert ask("sendMessage", chat_id=CHAT, text="a") == "Forbidden: bot was blocked by the user"
    assert ask("editMessageText", chat_id=CHAT, message_id=1, text="b") == (
        "Forbidden: bot was blocked by the user"
    )
    assert ask("sendMessage", chat_id=OTHER_CHAT, text="a") == "Forbidden: bot was kicked from the group chat"
    api.say("/start")
    assert ask("sendMessage", chat_id=CHAT, text="a")["text"] == "a"


def test_a_stranger_can_be_written_to_only_after_they_wrote(api: BotApi, ask: Ask) -> None:
    assert ask("sendMessage", chat_id=STRANGER, text="a") == "Bad Request: chat not found"
    api.name(STRANGER, "Somebody")
    api.say("/start", chat=STRANGER)
    assert ask("getChat", chat_id=STRANGER)["first_name"] == "Somebody"


def test_a_group_that_moves_tells_its_new_number(api: BotApi, ask: Ask, client: httpx.Client) -> None:
    api.move(OTHER_CHAT, SUPERGROUP)
    form = {"chat_id": str(OTHER_CHAT), "text": "a"}
    refused = client.post(f"{api.url}/bot{TOKEN}/sendMessage", data=form).json()
    assert refused["parameters"] == {"migrate_to_chat_id": SUPERGROUP}
    assert ask("sendMessage", chat_id=SUPERGROUP, text="a")["chat"]["type"] == "supergroup"


def test_a_supergroup_counts_its_messages_by_itself(api: BotApi, ask: Ask) -> None:
    api.say("hello", chat=SUPERGROUP, user=USER)
    assert ask("sendMessage", chat_id=CHAT, text="a")["message_id"] == 1
    assert ask("sendMessage", chat_id=OTHER_CHAT, text="a")["message_id"] == 2
    assert ask("sendMessage", chat_id=SUPERGROUP, text="a")["message_id"] == 2


def test_commands_are_kept_by_language(api: BotApi, ask: Ask) -> None:
    commands = [{"command": "status", "description": "How things stand"}]
    assert ask("setMyCommands", commands=commands, language_code="fr") is True
    assert ask("getMyCommands", language_code="fr") == commands
    assert ask("getMyCommands") == []
    assert ask("setMyCommands", commands=[{"command": "Status", "description": "a"}]) == (
        "Bad Request: BOT_COMMAND_INVALID"
    )


# Trouble


def test_trouble_can_be_ordered_for_one_method(api: BotApi, ask: Ask) -> None:
    api.order(botapi.SERVER_ERROR, method="getUpdates")
    assert ask("sendMessage", chat_id=CHAT, text="a")["text"] == "a"
    assert ask("getUpdates") == "Internal Server Error"
    assert ask("getUpdates") == []


def test_an_outage_cuts_off_polls_and_connections_until_it_is_over(
    api: BotApi, ask: Ask, poll: Callable[..., Future[Any]]
) -> None:
    waiting = poll()
    api.down()
    with pytest.raises(httpx.TransportError):
        waiting.result(5)
    for _ in range(2):
        with pytest.raises(httpx.TransportError):
            ask("sendMessage", chat_id=CHAT, text="a")
    assert (api.kept, api.turned_away) == ([], 2)
    api.up()
    assert ask("sendMessage", chat_id=CHAT, text="a")["text"] == "a"


def test_a_request_over_an_open_connection_is_cut_off_too(api: BotApi, ask: Ask) -> None:
    ask("getMe")
    api.down()
    with pytest.raises(httpx.TransportError):
        ask("sendMessage", chat_id=CHAT, text="a")
    assert api.kept == []


def test_a_lost_reply_to_an_answer_counts_as_the_one_answer(api: BotApi, ask: Ask) -> None:
    ask("sendMessage", chat_id=CHAT, text="a", reply_markup=QUESTION)
    pressed = api.press("Skip")
    api.order(botapi.Drop(keeps=True), method="answerCallbackQuery")
    with pytest.raises(httpx.TransportError):
        ask("answerCallbackQuery", callback_query_id=pressed, text="Skipped")
    assert [answer.text for answer in api.answers] == ["Skipped"]
    assert ask("answerCallbackQuery", callback_query_id=pressed) == TOO_OLD


def test_a_hanging_poll_lets_other_methods_through(api: BotApi, ask: Ask) -> None:
    api.order(botapi.Hang(), method="getUpdates")
    ended = threading.Event()

    def hang() -> None:
        with httpx.Client(trust_env=False, timeout=0.5) as client, pytest.raises(httpx.ReadTimeout):
            client.post(f"{api.url}/bot{TOKEN}/getUpdates", data={"timeout": "20"})
        ended.set()

    hanging = threading.Thread(target=hang)
    hanging.start()
    api.wait_until(lambda it: it.calls == ["getUpdates"])
    assert ask("sendMessage", chat_id=CHAT, text="a")["text"] == "a"
    hanging.join(5)
    assert ended.is_set()


def test_a_revoked_token_is_unauthorized(api: BotApi, ask: Ask) -> None:
    api.revoke("123456789:a-new-token-that-nobody-was-told-yet")
    assert ask("getMe") == "Unauthorized"


# The vendor's own client


def test_the_vendors_client_understands_every_result(api: BotApi) -> None:
    async def talk() -> None:
        bot = Bot(TOKEN, base_url=f"{api.url}/bot")
        markup = InlineKeyboardMarkup([[InlineKeyboardButton("Undo", callback_data="u")]])
        async with bot:
            sent = await bot.send_message(CHAT, "<b>a</b>", parse_mode=ParseMode.HTML, reply_markup=markup)
            photo = await bot.send_photo(CHAT, picture(), caption="b", protect_content=True)
            await bot.edit_message_media(InputMediaPhoto(picture(10, 10)), CHAT, photo.message_id)
            edited = await bot.edit_message_text("c", CHAT, sent.message_id, reply_markup=markup)
            assert isinstance(edited, type(sent))
            assert edited.reply_markup == markup
            assert (await bot.get_chat(CHAT)).type == Chat.PRIVATE
            await bot.set_my_commands([("status", "How things stand")])
            assert [it.command for it in await bot.get_my_commands()] == ["status"]
            assert (await bot.get_webhook_info()).url == ""
            api.press("Undo")
            (update,) = await bot.get_updates(allowed_updates=[Update.CALLBACK_QUERY])
            query = update.callback_query
            assert query is not None
            assert query.data == "u"
            assert await query.answer("Undone")
            assert await bot.delete_message(CHAT, sent.message_id)

    asyncio.run(talk())
    assert api.refusals == []
    assert api.shown() == ["(picture, 10 x 10)"]
