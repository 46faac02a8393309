"""Keeps newcomers of a partial pass out of the folders of others, whose rows that pass does not read."""

from collections.abc import Iterable, Iterator
from contextlib import closing

from agent.adapters.registry.index import RegistryIndex
from agent.adapters.registry.record_ids import folded
from agent.adapters.registry.records import PlacesOfIds, Record
from agent.domain.identity import RecordId


def with_folders_of_their_own(records: Iterable[Record], index: RegistryIndex) -> Iterator[Record]:
    """Give the records; one of somebody new, whose id a file system may take for a known one, has a problem instead.

    Raises:
        RegistryUnavailable: the index can't be read.
    """
    with closing(_Folders(index)) as folders:
        for record in records:
            owner = None if record.person is None else folders.owner(record.person.record_id)
            if owner is None:
                yield record
            else:
                yield Record(
                    place=record.place, problem=f"its folder would be that of record {owner}, who is known"
                )


class _Folders:
    """Whose folder is whose. All ids are read only when somebody new comes."""

    def __init__(self, index: RegistryIndex) -> None:
        self._index = index
        self._unlike: PlacesOfIds | None = None

    def close(self) -> None:
        if self._unlike is not None:
            self._unlike.close()

    def owner(self, record_id: RecordId) -> str | None:
        """The known id that takes the folder of this one, if this one is not known itself."""
        if self._index.person(record_id) is not None:
            return None
        key = RecordId(folded(record_id))
        if self._index.person(key) is not None:
            return key
        if self._unlike is None:
            self._unlike = self._read()
        earlier = self._unlike.earlier(record_id, record_id)
        return None if earlier is None else str(earlier)

    def _read(self) -> PlacesOfIds:
        """Those ids that are not as a file system folds them; in most offices there are none."""
        unlike = PlacesOfIds()
        for known in self._index.ids():
            if folded(known) != known:
                unlike.earlier(known, known)
        return unlike
