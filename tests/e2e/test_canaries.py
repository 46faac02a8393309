"""A person who exists nowhere goes every way through the daemon; nothing that an operator keeps may tell of them."""

import contextlib
import json
import socket
import threading
import zlib
from collections.abc import Iterator
from http.client import HTTPConnection
from pathlib import Path
from typing import Self

import pytest
from typer.testing import CliRunner

from agent.cli import app
from agent.cli.shared import open_registry
from agent.config import load
from agent.demo.letters import Letter, draw, draw_locked, scan
from agent.domain.identity import RecordId
from agent.domain.outcome import ACCEPTED, AT_REST
from tests.botapi import CHAT, ECHOING_PAGE, SERVER_ERROR, TOKEN, BotApi
from tests.collecting import Collector, traits_of
from tests.faults.world import SETTINGS, World, end, stop
from tests.listening import Listening
from tests.said import words_of

pytestmark = [pytest.mark.slow, pytest.mark.security, pytest.mark.timeout(180)]

FAMILY, GIVEN, TEXT, WORD, TYPED = "Zyxquorvex", "Wimblethorpe", "Canarigramme", "s3cret-word", "Quibblefax"
INJECTED = "Robert'); DROP TABLE documents;--"
PEOPLE = (
    "id,last_name,first_name,dob,cin\n"
    f"20817,{FAMILY},{GIVEN},1949-03-17,ZA917417\n"
    f'20818,"{INJECTED}",{GIVEN},1961-05-04,ZA917418\n'
)
CANARIES = (
    *(FAMILY, GIVEN, TEXT, WORD, TYPED, "Robert"),
    *("17/03/1949", "1949-03-17", "1949", "1961", "ZA917417", "ZA917418"),
    TOKEN.partition(":")[2],
)

KEPT = {
    *("documents.original_name", "documents.seen_name", "documents.outcome", "file_names.words"),
    *("pages.body", "page_words.words", "inputs.body", "reviews.decision"),
    *("outbox.message", "inbox.body"),
}
"""Where the ledger has what documents say, files are called and people wrote: it is for that."""


def _letter(*, name: str = f"{GIVEN} {FAMILY}", born: str = "17/03/1949", cin: str = "ZA917417") -> Letter:
    details = [("Patient", name), ("Date de naissance", born), ("CIN", cin)]
    return Letter(
        sender="Cabinet du Port",
        sender_lines=("4, quai des Mouettes",),
        place_and_date="Port-Allune, le 17 septembre 2026",
        subject="Compte rendu de consultation",
        details=tuple(detail for detail in details if detail[1]),
        body=f"Examen clinique sans particularité. {TEXT}",
        signature=("Dr Odile Marvanche",),
    )


def _dropped() -> dict[str, bytes]:
    return {
        f"{FAMILY} {GIVEN}.pdf": draw(_letter()),
        f"{FAMILY} scan.pdf": scan(_letter(), seed=7),
        f"{FAMILY} question.pdf": draw(_letter(born="", cin="")),
        f"{FAMILY} damaged.pdf": draw(_letter(cin=""))[:900],
        f"{FAMILY} locked.pdf": draw_locked(_letter()),
        f"{FAMILY}.pdf": f"No PDF, but {GIVEN} {FAMILY}.\n".encode(),
        f"{INJECTED}.pdf": draw(_letter(name=f"{GIVEN} {INJECTED}", born="04/05/1961", cin="ZA917418")),
    }


class CommandLines:
    """Looks at the command lines, and the names, of a process and all that it starts, again and again."""

    def __init__(self, pid: int) -> None:
        self._pid = str(pid)
        self._ends = threading.Event()
        self._thread = threading.Thread(target=self._look_on)
        self.seen: set[str] = set()

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._ends.set()
        self._thread.join()

    def _look_on(self) -> None:
        while not self._ends.wait(0.1):
            for pid in self._family():
                for name in ("cmdline", "comm"):
                    try:
                        self.seen.add((Path("/proc") / pid / name).read_text(errors="replace"))
                    except OSError:  # it has ended
                        continue

    def _family(self) -> Iterator[str]:
        parents: dict[str, str] = {}
        for entry in Path("/proc").iterdir():
            if entry.name.isdigit():
                try:
                    parents[entry.name] = (entry / "stat").read_text().rpartition(")")[2].split()[1]
                except OSError:
                    continue
        family = {self._pid}
        while grown := {pid for pid, parent in parents.items() if parent in family} - family:
            family |= grown
        yield from family


def test_no_log_trail_title_or_path_tells_of_a_person_a_text_or_a_token(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    port = _free_port()
    monkeypatch.setenv("DOSSIERD_HTTP", f"127.0.0.1:{port}")
    with BotApi() as api, Listening() as address, Collector() as collector:
        url = address.address.replace("json://", f"json://{TYPED.lower()}:{WORD}@")
        world = World.make(
            tmp_path / "home",
            SETTINGS
            + f"DOSSIERD_TELEGRAM_TOKEN={TOKEN}\nDOSSIERD_TELEGRAM_CHATS={CHAT}\nDOSSIERD_LOG_LEVEL=DEBUG\n"
            + f"DOSSIERD_TELEGRAM_API_URL={api.url}\nDOSSIERD_NOTIFY_URLS={url}/office\n"
            + f"DOSSIERD_OTLP_URL={collector.url}\n",
            registry=PEOPLE,
        )
        api.order(ECHOING_PAGE, SERVER_ERROR, method="sendMessage")
        address.status = 500
        (world.home / "incoming" / f"{FAMILY} link.pdf").symlink_to(tmp_path / f"{GIVEN}.pdf")
        (world.home / "incoming" / f"{GIVEN}.docx").write_bytes(TEXT.encode())
        daemon = world.start("run", module="agent")
        try:
            world.wait_until_up(daemon)
            with CommandLines(daemon.pid) as titles:
                dropped = _dropped()
                for name, content in dropped.items():
                    world.drop(name, content)
                api.say(f"{TYPED} {FAMILY}")
                api.say(f"/find {FAMILY} 17/03/1949")
                world.wait(lambda: _rest(world, len(dropped)), daemon)
                api.wait_until(lambda it: bool(it.texts), 40)
                world.wait(lambda: len(_traced(collector)) == len(dropped), daemon)
                world.wait(lambda: _is_listening(port), daemon)
                pages = {path: _asked(port, path) for path in ("/livez", "/readyz", "/health")}
            stop(daemon)
        finally:
            end(daemon)
    outputs = {
        "log": world.log.read_text(),
        **{f"logs/{it.name}": it.read_text() for it in (world.home / "logs").iterdir()},
        "titles": "\n".join(titles.seen),
        "paths": "\n".join(_paths(world)),
        "check": _checked(world),
        "traces": collector.said(),
        **pages,
        **{command: _typed(world, *command.split()) for command in ("metrics", "audit verify", "costs")},
    }
    assert {name for name in outputs if name.startswith("logs/")} >= {"logs/dossierd.log", "logs/audit.jsonl"}
    assert any("tesseract" in title for title in titles.seen)
    found = {
        (name, canary)
        for name, text in outputs.items()
        for canary in CANARIES
        if canary.lower() in words_of(text).lower()
    }
    assert found == set()
    with open_registry(load(home=world.home)) as people:
        robert = people.person(RecordId("20818"))
        assert robert is not None
        assert robert.last_name == INJECTED
    assert world.sql("SELECT count(*) FROM documents") == [(len(dropped),)]
    told = _told_in_the_ledger(world)
    assert {"pages.body", "outbox.message"} <= told
    assert told - KEPT == set()


def _traced(collector: Collector) -> set[object]:
    """The documents of which the collector has heard."""
    return {traits_of(span).get("dossierd.document") for span in collector.spans()} - {None}


def _told_in_the_ledger(world: World) -> set[str]:
    """The columns of the ledger in which somebody or something of the canaries stands."""
    tables = [name for (name,) in world.sql("SELECT name FROM sqlite_schema WHERE type = 'table'")]
    return {
        f"{table}.{column}"
        for table in map(str, tables)
        if not table.startswith("page_words_")  # what the index of words is made of
        for (column,) in world.sql(f"SELECT name FROM pragma_table_info('{table}')")
        for (value,) in world.sql(f'SELECT "{column}" FROM "{table}"')
        if any(canary.lower() in words_of(_as_text(value)).lower() for canary in CANARIES)
    }


def _as_text(value: object) -> str:
    if not isinstance(value, bytes):
        return str(value)
    with contextlib.suppress(zlib.error):
        value = zlib.decompress(value)
    return value.decode(errors="replace")


def _rest(world: World, count: int) -> bool:
    """Whether so many lie where they are to; messages may still wait."""
    documents = world.documents()
    return len(documents) == count and all(it.state in ACCEPTED & AT_REST for it in documents)


def _paths(world: World) -> list[str]:
    """The names of all that dossierd has made or moved."""
    left = world.home / "incoming"
    return [
        str(path.relative_to(world.home))
        for path in world.home.rglob("*")
        if path.parent != left and path.name != "people.csv"
    ]


def _typed(world: World, *command: str) -> str:
    done = CliRunner().invoke(app, [*command, "--home", str(world.home)])
    assert done.stdout
    return done.output


def _asked(port: int, path: str) -> str:
    """What a monitor is answered."""
    with contextlib.closing(HTTPConnection("127.0.0.1", port, timeout=20)) as connection:
        connection.request("GET", path)
        answer = connection.getresponse()
        assert answer.status in {200, 503}
        return answer.read().decode()


def _is_listening(port: int) -> bool:
    with socket.socket() as asking:
        return asking.connect_ex(("127.0.0.1", port)) == 0


def _free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


def _checked(world: World) -> str:
    """What every part of health says, but the one that names what lies in incoming/ and is no document."""
    parts = [
        part for part in json.loads(_typed(world, "check", "--deep", "--json")) if part["part"] != "incoming"
    ]
    assert len(parts) > 10
    return "\n".join(map(json.dumps, parts))
