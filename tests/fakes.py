"""Fakes of what lies outside: a clock to set, a reader with a script, people in a list, a journal in memory."""

import datetime
import threading
from collections.abc import Callable, Collection, Generator, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path
from tempfile import TemporaryDirectory

from agent import errors
from agent.domain.document import DocumentText, Sha256
from agent.domain.evidence import Evidence
from agent.domain.identity import People, Person, RecordId
from agent.domain.reading import Turn, Wanted
from agent.domain.searchable import MadeCopy
from agent.domain.splitting import PageRange, Unsplit


class FakeClock:
    """A clock that stands still until it is moved. The office is in UTC."""

    def __init__(self, moment: datetime.datetime) -> None:
        self.moment = moment

    def now(self) -> datetime.datetime:
        return self.moment

    def date_of(self, moment: datetime.datetime) -> datetime.date:
        return moment.date()

    def advance(self, **duration: float) -> None:
        """Move on by `seconds=`, `hours=` and the like."""
        self.moment += datetime.timedelta(**duration)


class FakeTextSource:
    """Answers each reading by the next entry of its script, then by its last one for ever.

    An entry is a text, which is read in one turn, an error to raise, or something to do that gives a text.
    """

    def __init__(self, *script: DocumentText | Exception | Callable[[Path], DocumentText]) -> None:
        self.script = list(script)
        self.paths: list[Path] = []

    def read(
        self,
        path: Path,
        wanted: Wanted,
        *,
        should_stop: Callable[[], bool],
        should_yield: Callable[[], bool] = lambda: False,
    ) -> Generator[Turn, None, None]:
        self.paths.append(path)
        entry = self.script.pop(0) if len(self.script) > 1 else self.script[0]
        if isinstance(entry, Exception):
            raise entry
        yield turn_of(entry if isinstance(entry, DocumentText) else entry(path))


@dataclass
class FakeSplitter:
    """Takes any file apart: a part says its pages, then all that the whole said. Raises, or gives, its trouble."""

    trouble: Unsplit | errors.DossierdError | None = None

    @contextmanager
    def parts_of(
        self, path: Path, ranges: Sequence[PageRange], *, should_stop: Callable[[], bool]
    ) -> Iterator[Sequence[MadeCopy] | Unsplit]:
        if isinstance(self.trouble, errors.DossierdError):
            raise self.trouble
        if self.trouble is not None:
            yield self.trouble
            return
        with TemporaryDirectory() as folder:
            made = []
            for number, each in enumerate(ranges):
                part = Path(folder) / f"{number}"
                content = f"pages {each} of ".encode() + path.read_bytes()
                part.write_bytes(content)
                made.append(MadeCopy(path=part, sha256=Sha256(sha256(content).hexdigest())))
            yield made


def turn_of(text: DocumentText) -> Turn:
    """A turn in which all of a text was read."""
    return Turn(pages=text.pages, page_count=len(text.pages), seconds=1.0)


class PageByPage:
    """Reads one page a turn, each in ten seconds; `before` happens before each page, which it is given."""

    def __init__(self, text: DocumentText, before: Callable[[int], None] = lambda _: None) -> None:
        self._text, self.before = text, before
        self.read_pages: list[int] = []
        self.asked: list[Wanted] = []

    def read(
        self,
        path: Path,
        wanted: Wanted,
        *,
        should_stop: Callable[[], bool],
        should_yield: Callable[[], bool] = lambda: False,
    ) -> Generator[Turn, None, None]:
        self.asked.append(wanted)
        for page in self._text.pages:
            if wanted.pages is None or page.number in wanted.pages:
                self.before(page.number)
                self.read_pages.append(page.number)
                yield Turn(pages=(page,), page_count=len(self._text.pages), seconds=10.0)
                if should_yield():
                    return


class BlockingTextSource:
    """A reading that lasts until it is released, or stopped."""

    def __init__(self, text: DocumentText) -> None:
        self._text = text
        self.began, self.released = threading.Event(), threading.Event()

    def read(
        self,
        path: Path,
        wanted: Wanted,
        *,
        should_stop: Callable[[], bool],
        should_yield: Callable[[], bool] = lambda: False,
    ) -> Generator[Turn, None, None]:
        self.began.set()
        while not self.released.wait(0.005):
            if should_stop():
                raise errors.ReadingStopped("The reading was stopped.")
        yield turn_of(self._text)


@dataclass
class FakeRegistry:
    """People in a list; `after_search` happens behind the back of the one who searches."""

    people: Sequence[Person] = ()
    number: int = 1
    is_trustworthy: bool = True
    trouble: errors.DossierdError | None = None
    after_search: Callable[[], None] = lambda: None
    near: Sequence[Person] = ()
    is_cut: bool = False

    def version(self) -> int:
        return self.number

    def count(self) -> int:
        return len(self.people)

    def candidates(self, evidence: Evidence) -> People:
        if self.trouble is not None:
            raise self.trouble
        found = People(
            named=tuple(self.people),
            is_trustworthy=self.is_trustworthy,
            version=self.number,
            is_cut=self.is_cut,
        )
        self.after_search()
        return found

    def proposals(self, evidence: Evidence, limit: int) -> Sequence[Person]:
        return self.near[:limit]

    def person(self, record_id: RecordId) -> Person | None:
        return next((person for person in self.people if person.record_id == record_id), None)

    def find(self, words: str, limit: int = 8) -> Sequence[Person]:
        return [person for person in self.people if words.casefold() in person.last_name.casefold()][:limit]

    def find_among(self, words: str, record_ids: Collection[RecordId]) -> frozenset[RecordId]:
        if self.trouble is not None:
            raise self.trouble
        found = self.find(words, len(self.people))
        return frozenset(person.record_id for person in found if person.record_id in record_ids)


@dataclass
class FakeJournal:
    """Keeps what is told; raises its trouble where a disk would refuse."""

    entries: list[tuple[str, datetime.datetime, Mapping[str, object]]] = field(default_factory=list)
    trouble: errors.DossierdError | None = None

    def append(self, event: str, at: datetime.datetime, /, **fields: object) -> None:
        if self.trouble is not None:
            raise self.trouble
        self.entries.append((event, at, fields))

    note = append

    @property
    def events(self) -> list[str]:
        return [event for event, _, _ in self.entries]
