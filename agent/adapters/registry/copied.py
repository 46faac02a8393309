"""What the index remembers of the database that it is a copy of: how old it is, what is bad, what was confirmed."""

import datetime
import json
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass

from agent.adapters.registry.index import TRUSTED_UNTIL, RegistryIndex
from agent.adapters.registry.sql_source import Layout, Mark
from agent.domain.identity import Person
from agent.domain.phrase import Phrase, as_kept, kept
from agent.errors import DossierdError

PROBLEMS_KEPT = 20
_COPY, _TROUBLE, _CONFIRMED = "copy", "sync_trouble", "confirmed_layout"
_WANTED = "wanted"
_FOREVER = datetime.datetime.max.replace(tzinfo=datetime.UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class Copy:
    """The state of the copy after its last good pass.

    Attributes:
        source: the database and its table, for people.
        layout: what was read, as it was confirmed.
        synced_at: when that pass began.
        full_at: when the last pass began that read everything.
        mark: the highest watermark by then, as `written`; empty without one.
        bad_rows: how many rows of the last full pass, and of those after it, have problems.
        problems: the first of them: where, and what.
    """

    source: str
    layout: str
    synced_at: datetime.datetime
    full_at: datetime.datetime
    mark: str
    bad_rows: int
    problems: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Trouble:
    """Why the last pass came to nothing, and what to do about it."""

    said: Phrase
    advice: Phrase

    @property
    def sentence(self) -> str:
        return str(self.said)

    @property
    def hint(self) -> str:
        return str(self.advice)


def copy_of(index: RegistryIndex) -> Copy | None:
    """Read what is remembered; None where the people came from a file, or never came."""
    noted = index.noted(_COPY)
    if not noted:
        return None
    told = json.loads(noted)
    moments = {name: datetime.datetime.fromisoformat(told[name]) for name in ("synced_at", "full_at")}
    problems = tuple((str(place), str(problem)) for place, problem in told["problems"])
    return Copy(**(told | moments | {"problems": problems}))


def keep_copy(index: RegistryIndex, copy: Copy, trusted_until: datetime.datetime, wanted: str) -> None:
    """Remember a pass.

    Args:
        wanted: what was set of how people are read, as `wanted_by` gives it.
    """
    told = asdict(copy) | {"synced_at": copy.synced_at.isoformat(), "full_at": copy.full_at.isoformat()}
    index.note(_COPY, json.dumps(told))
    index.note(TRUSTED_UNTIL, trusted_until.isoformat())
    index.note(_TROUBLE, "")
    index.note(_WANTED, wanted)


def wanted_by(index: RegistryIndex) -> str | None:
    """What was set of how people are read when they were taken over last; None where that was not kept.

    It is what `SqlSource.wanted` says, or `fields.numbers_words` where they came from a file.
    """
    return index.noted(_WANTED) or None


def trouble_of(index: RegistryIndex) -> Trouble | None:
    noted = index.noted(_TROUBLE)
    if not noted:
        return None
    told = json.loads(noted)
    return Trouble(said=as_kept(told["sentence"]), advice=as_kept(told["hint"]))


def keep_trouble(index: RegistryIndex, error: DossierdError) -> None:
    index.note(_TROUBLE, json.dumps({"sentence": kept(error.said), "hint": kept(error.advice)}))


def from_file(index: RegistryIndex, people: Iterable[Person], wanted: str) -> Iterator[Person]:
    """Let the people of a file pass into the index, which is then the copy of no database, and doesn't grow old.

    Args:
        wanted: what was set of how people are read, as `wanted_by` gives it.
    """
    yield from people
    index.note(_WANTED, wanted)
    index.note(_COPY, "")
    index.note(_TROUBLE, "")
    index.note(TRUSTED_UNTIL, _FOREVER.isoformat())


def is_confirmed(index: RegistryIndex, layout: Layout) -> bool:
    """Whether a person has said that these columns hold what they are taken for."""
    return index.noted(_CONFIRMED) == layout_words(layout)


def confirm(index: RegistryIndex, layout: Layout) -> None:
    index.note(_CONFIRMED, layout_words(layout))


def layout_words(layout: Layout) -> str:
    """What must be confirmed anew when it changes; columns that are not used may come and go."""
    told = (layout.place, layout.table, sorted(layout.fields.items()), layout.watermark)
    return json.dumps(told, ensure_ascii=False)


def written(mark: Mark | None) -> str:
    """Write a watermark so that `mark_of` gives the same value."""
    match mark:
        case None:
            return ""
        case datetime.datetime():
            return f"moment {mark.isoformat()}"
        case datetime.date():
            return f"date {mark.isoformat()}"
        case int():
            return f"number {mark}"
        case _:
            return f"text {mark}"


def mark_of(text: str) -> Mark | None:
    kind, _, value = text.partition(" ")
    match kind:
        case "":
            return None
        case "moment":
            return datetime.datetime.fromisoformat(value)
        case "date":
            return datetime.date.fromisoformat(value)
        case "number":
            return int(value)
        case _:
            return value


def is_ahead(mark: Mark, moment: datetime.datetime) -> bool:
    """Whether a watermark is a time, maybe written as text, and a later one; a day counts from its beginning in UTC."""
    match mark:
        case str():
            try:
                return is_ahead(datetime.datetime.fromisoformat(mark), moment)
            except ValueError:
                return False
        case datetime.datetime():
            return (mark if mark.tzinfo else mark.replace(tzinfo=datetime.UTC)) > moment
        case datetime.date():
            return is_ahead(datetime.datetime.combine(mark, datetime.time()), moment)
        case _:
            return False
