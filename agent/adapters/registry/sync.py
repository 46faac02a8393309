"""Brings the index up to the office's database: everything, or what has changed since, in one transaction a pass.

A pass that would empty the registry, or reads rubbish, is refused as a whole, and what there was stays. One bad row of
thousands doesn't keep the others out: it is told, see docs/decisions/0018. A watermark shows no deleted rows, nor those
that were committed late, so that everything is read once a day all the same.
"""

import datetime
import itertools
from collections.abc import Callable, Iterable, Iterator
from contextlib import closing
from dataclasses import dataclass

from agent.adapters.registry.copied import (
    PROBLEMS_KEPT,
    Copy,
    copy_of,
    is_ahead,
    is_confirmed,
    keep_copy,
    keep_trouble,
    layout_words,
    mark_of,
    written,
)
from agent.adapters.registry.folders import with_folders_of_their_own
from agent.adapters.registry.index import RegistryIndex
from agent.adapters.registry.loading import Imported, deletions_allowed
from agent.adapters.registry.records import PlacesOfIds, Record
from agent.adapters.registry.spool import Spool
from agent.adapters.registry.sql_source import Layout, Mark, SqlReading, SqlSource
from agent.domain.identity import Person, RecordId
from agent.domain.phrase import Phrase
from agent.errors import (
    DossierdError,
    IdentitiesChanged,
    RegistryInvalid,
    RegistryUnavailable,
    RequestRefused,
)

FULL_PASS_EVERY = datetime.timedelta(days=1)
BAD_ROWS_ALLOWED_SHARE = 0.01
VANISHING_SHARE = 0.5
"""A table that has lost more of the known people than this is a wrong or an emptied one, however small the office."""
_CLOCKS_DIFFER = datetime.timedelta(days=1)
"""Moments without a zone may be of any; a watermark that is further ahead is a slip."""
_STAYS = "; who was known by this id stays as last known"
_MAY_BE_ANYBODY = "; whoever is not in the table any more stays as last known until this is corrected"
_CHANGES_HINT = Phrase(
    "If each id still means the same person, type: dossierd registry sync --confirm-changes"
)
_QUICKER_HINT = Phrase("Nothing needs to be done: the next look goes on from there.")
_CONFIRM_HINT = Phrase("If the database is complete, type: dossierd registry sync --confirm-deletions")
_BAD_ROWS_HINT = Phrase("Is each column taken for the right thing? Look at it: dossierd registry sync --full")


@dataclass(frozen=True, slots=True, kw_only=True)
class Synced:
    """What a pass did.

    Attributes:
        is_full: it read everything.
        rows: how many were read.
        copy: the state of the copy now.
    """

    imported: Imported
    is_full: bool
    rows: int
    copy: Copy


def sync(
    source: SqlSource,
    index: RegistryIndex,
    now: datetime.datetime,
    *,
    max_age: datetime.timedelta,
    wants_full: bool = False,
    confirm_deletions: bool = False,
    confirm_changes: bool = False,
    should_stop: Callable[[], bool] = lambda: False,
) -> Synced:
    """Do one pass, and remember how it went.

    Args:
        now: when it begins.
        max_age: how old the copy may grow before nothing is matched any more.
        wants_full: read everything, even where a watermark tells what has changed.
        should_stop: asked for each row; a pass that is stopped changes nothing, and is no trouble.

    Raises:
        RequestRefused: the columns were not confirmed yet, or it would remove suspiciously many people, or let
            suspiciously many ids name somebody else.
        RegistryInvalid: table or columns are not there, ids stand twice, or too many rows are bad.
        RegistryUnavailable: the database can't be read now, the index can't be written, or the disk is full.
        SettingInvalid: the watermark's column is none.
    """
    try:
        with closing(Spool(index.folder)) as spool:
            before = copy_of(index)
            with source.reading() as reading:
                one = _Pass(reading.layout, index, before, now, max_age, should_stop)
                one.read(reading, spool, wants_full=wants_full, confirm_deletions=confirm_deletions)
            return one.write(spool, confirm_deletions=confirm_deletions, confirm_changes=confirm_changes)
    except DossierdError as error:
        if not should_stop():
            keep_trouble(index, error)
        raise


def look_at(source: SqlSource, index: RegistryIndex) -> Layout:
    """Look at what the columns hold, without reading anybody; a look that fails is remembered like a pass.

    Raises:
        RegistryInvalid, RegistryUnavailable, SettingInvalid: as `sync` does.
    """
    try:
        with source.reading() as reading:
            return reading.layout
    except DossierdError as error:
        keep_trouble(index, error)
        raise


class _Pass:
    """One look at one snapshot: first it is read, and the office's database let go of, then it is written."""

    def __init__(
        self,
        layout: Layout,
        index: RegistryIndex,
        before: Copy | None,
        now: datetime.datetime,
        max_age: datetime.timedelta,
        should_stop: Callable[[], bool],
    ) -> None:
        """Begin a pass.

        Args:
            before: the copy's state as it was when nothing of the snapshot was read yet.
        """
        self._layout = layout
        self._index = index
        self._now = now
        self._max_age = max_age
        self._should_stop = should_stop
        self._before = before
        self._known = index.count()
        self._highest: Mark | None = None
        self._is_full = True
        self._rows = self._people = 0
        self._problems: dict[str, str] = {}
        self._without_id: list[str] = []
        self._bad_rows = 0

    def read(self, reading: SqlReading, spool: Spool, *, wants_full: bool, confirm_deletions: bool) -> None:
        """Bring the people into the spool, and refuse what can't be right."""
        if not is_confirmed(self._index, self._layout):
            raise RequestRefused(
                Phrase(
                    "Nobody has confirmed yet what the columns of {table} hold.", table=self._layout.table
                ),
                hint=Phrase("Look at them, and confirm: dossierd registry sync"),
            )
        self._highest = reading.watermark()
        since = None if wants_full else self._since(self._highest)
        self._is_full = since is None
        with closing(reading.records(since)) as records:
            self._spool(records, spool)
        self._refuse_rubbish()
        if self._is_full:
            self._refuse_emptiness(confirm_deletions=confirm_deletions)

    def _spool(self, records: Iterator[Record], spool: Spool) -> None:
        sound = records if self._is_full else with_folders_of_their_own(records, self._index)
        for person in self._sifted(sound):
            spool.add(person)

    def write(self, spool: Spool, *, confirm_deletions: bool, confirm_changes: bool) -> Synced:
        """Bring the people into the index."""
        if self._is_full and self._without_id and not confirm_deletions:
            self._keep_unseen(spool)
        copy = self._copy()
        imported = self._imported(
            self._spooled(spool, copy), confirm_deletions=confirm_deletions, confirm_changes=confirm_changes
        )
        return Synced(imported=imported, is_full=self._is_full, rows=self._rows, copy=copy)

    def _keep_unseen(self, spool: Spool) -> None:
        """Let those stay who were not read: whose id can't be read any more is one of them, and nobody knows which.

        Where they are more than may be removed without being asked, they are left for the index to refuse the pass.
        """
        allowed = deletions_allowed(self._known)
        with closing(PlacesOfIds()) as folders:
            for person in spool.people():
                folders.earlier(person.record_id, person.record_id)
            unseen = list(itertools.islice(self._known_beside(folders), allowed + 1))
        if not 0 < len(unseen) <= allowed:
            return
        for known in filter(None, map(self._index.person, unseen)):
            spool.add(known)
        self._problems |= {
            place: self._problems[place] + _MAY_BE_ANYBODY
            for place in self._without_id
            if place in self._problems
        }

    def _known_beside(self, folders: PlacesOfIds) -> Iterator[RecordId]:
        """The known ids whose folder nobody has."""
        for record_id in self._index.ids():
            self._refuse_stop()
            if folders.earlier(record_id, record_id) is None:
                yield record_id

    def _spooled(self, spool: Spool, copy: Copy) -> Iterator[Person]:
        """Give the people within the index's transaction, and remember the copy with them."""
        if copy_of(self._index) != self._before:
            raise RegistryUnavailable(Phrase("Another look at the database was quicker."), hint=_QUICKER_HINT)
        for person in spool.people():
            self._refuse_stop()
            yield person
        due = min(self._now, copy.full_at + FULL_PASS_EVERY)
        keep_copy(self._index, copy, due + self._max_age, self._layout.wanted)

    def _imported(
        self, people: Iterable[Person], *, confirm_deletions: bool, confirm_changes: bool
    ) -> Imported:
        try:
            if not self._is_full:
                return self._index.apply(people, confirm_changes=confirm_changes)
            return self._index.replace(
                people, confirm_deletions=confirm_deletions, confirm_changes=confirm_changes
            )
        except IdentitiesChanged as error:
            raise RequestRefused(*error.phrases, hint=_CHANGES_HINT) from error
        except RequestRefused as error:
            raise RequestRefused(*error.phrases, hint=_CONFIRM_HINT) from error

    def _was_full_lately(self, full_at: datetime.datetime) -> bool:
        """So not where a clock that was ahead has written it."""
        return -_CLOCKS_DIFFER < self._now - full_at < FULL_PASS_EVERY

    def _since(self, highest: Mark | None) -> Mark | None:
        """From where to read on; None for everything, also where the watermark shows nothing that is trusted.

        It may be below what it was once, or lie in the future: then whatever is changed until then is below it.
        """
        before = self._before
        if before is None or before.layout != layout_words(self._layout):
            return None
        mark = mark_of(before.mark)
        if mark is None or highest is None or not self._was_full_lately(before.full_at):
            return None
        if is_ahead(highest, self._now + _CLOCKS_DIFFER):
            return None
        try:
            has_gone_back = highest < mark  # type: ignore[operator] # what can't be compared is refused below
        except TypeError:
            return None
        return None if has_gone_back else mark

    def _sifted(self, records: Iterable[Record]) -> Iterator[Person]:
        """Let the people through, and keep what is told of bad rows."""
        for record in records:
            self._refuse_stop()
            self._rows += 1
            kept = self._last_known(record)
            if record.problem is not None:
                self._bad_rows += 1
                place = str(record.place)
                if len(self._problems) < PROBLEMS_KEPT:
                    self._problems[place] = record.problem + (_STAYS if kept is not None else "")
                if record.person is None and record.record_id is None:
                    self._without_id.append(place)
            person = record.person or kept
            if person is not None:
                self._people += 1
                yield person

    def _last_known(self, record: Record) -> Person | None:
        """Whom a row was about before it went bad: without them, their namesakes would be let through."""
        return None if record.record_id is None else self._index.person(record.record_id)

    def _refuse_stop(self) -> None:
        if self._should_stop():
            raise RegistryUnavailable("A stop was asked for.")

    def _refuse_rubbish(self) -> None:
        allowed = max(1.0, BAD_ROWS_ALLOWED_SHARE * self._rows)
        if self._bad_rows > allowed:
            raise RegistryInvalid(
                Phrase(
                    "{bad} of {rows} rows are bad; nothing was changed.", bad=self._bad_rows, rows=self._rows
                ),
                problems=tuple(self._problems.items()),
                hint=_BAD_ROWS_HINT,
            )

    def _refuse_emptiness(self, *, confirm_deletions: bool) -> None:
        if not self._people:
            raise RegistryInvalid(
                Phrase("The table holds no people; nothing was changed."), hint=_BAD_ROWS_HINT
            )
        if self._people < VANISHING_SHARE * self._known and not confirm_deletions:
            raise RequestRefused(
                Phrase(
                    "Of {known} people only {left} are left; nothing was changed.",
                    known=self._known,
                    left=self._people,
                ),
                hint=_CONFIRM_HINT,
            )

    def _copy(self) -> Copy:
        """The copy's state after this pass."""
        before = None if self._is_full else self._before
        earlier = {} if before is None else dict(before.problems)
        fresh = len(self._problems.keys() - earlier.keys())
        return Copy(
            source=f"{self._layout.database}, {self._layout.table}",
            layout=layout_words(self._layout),
            synced_at=self._now,
            full_at=self._now if before is None else before.full_at,
            mark=written(self._highest),
            bad_rows=self._bad_rows if before is None else before.bad_rows + fresh,
            problems=tuple((earlier | self._problems).items())[:PROBLEMS_KEPT],
        )
