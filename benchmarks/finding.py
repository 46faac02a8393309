"""What finding costs: the index when a document is written, and a search among ten thousand."""

import datetime
import random
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from hashlib import sha256
from pathlib import Path
from unittest import mock

from sqlalchemy import Engine, insert, select, text

from agent.adapters.ledger import (
    SqlFinder,
    SqlLedger,
    file_names,
    open_engine,
    page_words,
    readings,
    shredding,
)
from agent.adapters.ledger.engine import reading, writing
from agent.adapters.ledger.schema import documents, pages
from agent.core.finding import phrases_in, sought
from agent.core.names import tokens
from agent.domain.document import CorrelationId, DocumentId, DocumentText, SeenFile, Sha256, text_of_plain
from agent.domain.identity import RecordId
from agent.domain.outcome import Archived, Event, State
from agent.domain.reading import Turn
from agent.domain.settlement import Settlement
from benchmarks.figures import Figure, report

TITLE = "finding: ten thousand letters of 300 words in one ledger"
_LETTERS = 10_000
_PAIRS = 100
_ROUNDS = 9
_NOW = datetime.datetime(2026, 3, 1, 12, tzinfo=datetime.UTC)
_VOCABULARY = tuple(f"{start}{end}é" for start in "bcdfglmnprstv" for end in range(4_000))
_WEIGHTS = tuple(1 / (place + 10) for place in range(len(_VOCABULARY)))
_COMMON, _RARE = _VOCABULARY[3], _VOCABULARY[20_000]

_SCANNED = 500
_ROW = {
    "correlation_id": "c",
    "state": State.ARCHIVED,
    "epoch": 1,
    "attempts": 0,
    "size": 3,
    "seen_at": _NOW,
    "seen_name": b"x",
    "seen_device": "1",
    "seen_inode": "2",
    "seen_size": 3,
    "seen_modified_ns": "4",
}


def measure() -> Iterator[Figure]:
    """Fill a ledger, in turns with a reference that has no index, and search it."""
    with tempfile.TemporaryDirectory() as folder:
        engine = open_engine(Path(folder) / "ledger.sqlite", may_upgrade=True)
        bare = open_engine(Path(folder) / "bare.sqlite", may_upgrade=True)
        try:
            _fill(engine)
            yield from _writing(engine, bare)
            yield from _searching(engine)
            yield from _rest(engine)
        finally:
            engine.dispose()
            bare.dispose()


def _writing(engine: Engine, bare: Engine) -> Iterator[Figure]:
    indexed, plain = SqlLedger(engine), SqlLedger(bare)
    texts = list(_letters(_PAIRS, seed=2))
    pairs = [
        (
            _seconds(partial(_live, indexed, _LETTERS + number, letter)),
            _seconds(partial(_live_unsearchable, plain, number, letter)),
        )
        for number, letter in enumerate(texts, start=1)
    ]
    with_index, without = (statistics.median(taken) for taken in zip(*pairs, strict=True))
    yield Figure(name="claim to rest in the ledger", measured=1000 * with_index, unit="ms")
    yield Figure(name="the same without an index", measured=1000 * without, unit="ms")
    yield Figure(name="ratio", measured=with_index / without, unit="x", bound=1.5)


def _searching(engine: Engine) -> Iterator[Figure]:
    finder = SqlFinder(engine)
    reference = _seconds(partial(_scan, engine, _RARE.replace("é", "e"))) * _LETTERS / _SCANNED
    yield Figure(name="reference: all texts unpacked and gone through", measured=reference, unit="s")
    for name, words in (
        ("a rare word", _RARE),
        ("a common word and a rare one", f"{_COMMON} {_RARE}"),
        ("a phrase", f'"{_VOCABULARY[0]} {_VOCABULARY[1]}"'),
        ("a beginning that many words have", "b1"),
        ("a file's name", "letter-77"),
    ):
        taken = _median(partial(_search, finder, words))
        yield Figure(name=name, measured=1000 * taken, unit="ms")
        yield Figure(name=f"{name}, to the reference", measured=100 * taken / reference, unit="%", bound=5.0)


def _rest(engine: Engine) -> Iterator[Figure]:
    ledger = SqlLedger(engine)
    number = next(iter(ledger.latest(1))).document_id
    taken = _seconds(partial(ledger.forget_text, number))
    yield Figure(name="forgetting a text", measured=taken, unit="s", bound=0.5)
    taken = _seconds(partial(shredding.shred, engine))
    yield Figure(name="shredding what it left in the index", measured=taken, unit="s", bound=3.0)
    with writing(engine) as connection:
        connection.execute(text("DELETE FROM page_words"))
        taken = _seconds(partial(readings.index, connection))
    yield Figure(name="indexing what is stored already", measured=taken, unit="s", bound=60.0)


def _letters(count: int, *, seed: int) -> Iterator[DocumentText]:
    chance = random.Random(seed)  # no secret
    for _ in range(count):
        words = chance.choices(_VOCABULARY, _WEIGHTS, k=300)
        yield text_of_plain("\n".join(" ".join(words[line : line + 10]) for line in range(0, 300, 10)))


def _fill(engine: Engine) -> None:
    """The same as many lives, in one transaction, because a disk that is waited for 40,000 times shows nothing."""
    with writing(engine) as connection:
        for number, letter in enumerate(_letters(_LETTERS, seed=1), start=1):
            own = {"document_id": number, "original_name": f"letter-{number}.pdf", "sha256": _hash(number)}
            connection.execute(insert(documents), {**_ROW, **own, "record_id": f"R{number}"})
            readings.keep(connection, DocumentId(number), _hash(number), _turn(letter), _NOW)
        file_names.index(connection)


def _live(ledger: SqlLedger, number: int, letter: DocumentText) -> None:
    """Everything that an ordinary document's life writes."""
    seen = SeenFile(name=f"{number}", device=1, inode=number, size=3, modified_ns=4)
    document_id = ledger.open_claim(seen, f"letter-{number}.pdf", CorrelationId("c"), _NOW).document_id
    ledger.confirm_claim(document_id, "somewhere", _NOW)
    ledger.start(document_id, _hash(number), 3, _NOW)
    ledger.save_turn(document_id, _hash(number), _turn(letter), _NOW)
    outcome = Archived(record_id=RecordId("R1"), decided_by="rule")
    ledger.settle(
        document_id,
        Settlement(event=Event.SETTLED, outcome=outcome, target="there", steps=(), messages=()),
        _NOW,
    )
    ledger.complete(document_id, _NOW)


def _live_unsearchable(ledger: SqlLedger, number: int, letter: DocumentText) -> None:
    with (
        mock.patch.object(page_words, "keep", return_value=None),
        mock.patch.object(file_names, "keep", return_value=None),
    ):
        _live(ledger, number, letter)


def _turn(letter: DocumentText) -> Turn:
    return Turn(pages=letter.pages, page_count=len(letter.pages))


def _hash(number: int) -> Sha256:
    return Sha256(sha256(str(number).encode()).hexdigest())


def _search(finder: SqlFinder, words: str) -> None:
    wanted = sought(phrases_in(words), datetime.UTC)
    if not finder.find(wanted, [frozenset()] * len(wanted.terms), 20).count:
        raise ValueError("nothing was found")


def _scan(engine: Engine, word: str) -> None:
    """Do without an index, in some of the letters."""
    with reading(engine) as connection:
        for body in connection.execute(select(pages.c.body).limit(_SCANNED)).scalars():
            tokens(readings.unpacked(body).text).count(word)


def _median(work: Callable[[], None]) -> float:
    return statistics.median(_times(work))


def _times(work: Callable[[], None]) -> Sequence[float]:
    return [_seconds(work) for _ in range(_ROUNDS)]


def _seconds(work: Callable[[], object]) -> float:
    began = time.perf_counter()
    work()
    return time.perf_counter() - began


if __name__ == "__main__":
    sys.exit(not report(TITLE, measure()))
