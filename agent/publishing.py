"""The people where several hosts share a home: one copy is published in the ledger, and every host follows it.

What is decided with people that are not the published ones, or no longer, doesn't settle: `AgreedRegistry` gives their
version.
"""

import dataclasses
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress

from sqlalchemy import Engine

from agent import errors
from agent.adapters.ledger.published import SqlPublished
from agent.adapters.registry import RegistryIndex, by_hand
from agent.adapters.registry.schema import FOLLOWED
from agent.adapters.registry.shared import SharedCopies
from agent.domain.evidence import Evidence
from agent.domain.identity import People, Person, RecordId
from agent.domain.phrase import Phrase
from agent.domain.published import PublishedPeople
from agent.settings import Settings

UNPUBLISHED = -1
"""The version of people that no host has published: the number that they would have, others may bear too."""
_NOBODY = "0"
"""The version of an index that never held anybody."""


class SharedPeople:
    """This host's copy of the people among those of the others.

    Raises (all methods): LedgerUnavailable, RegistryUnavailable, StorageUnavailable.
    """

    def __init__(self, index: RegistryIndex, published: SqlPublished, copies: SharedCopies) -> None:
        self._index = index
        self._published = published
        self._copies = copies
        self._changing = threading.Lock()

    def follow(self) -> int | None:
        """Take over what is published, unless that was done; gives its version then.

        People that were here before any host had published some are published. Those that somebody changed here and
        could not publish give way to the published ones.
        """
        with self._changing:
            latest = self._published.latest()
            if latest is None:
                if self._index.version():
                    self._publish(self._followed())
                return None
            if _note_of(latest) != self._index.noted(FOLLOWED):
                return self._take_over(latest)
            return None if is_the_published(self._index, latest) else self._go_back()

    @contextmanager
    def changing(self) -> Iterator[str]:
        """Change the people here and publish them, in here; what an error leaves unpublished is undone if it can be.

        Gives which copy they go on from, for `publish`.
        """
        try:
            with self._copies.changing():
                yield self._followed()
        except BaseException:
            with suppress(errors.DossierdError):
                self.follow()
            raise

    def publish(self, since: str) -> None:
        """Have all hosts follow what is here now.

        Args:
            since: what `changing` gave. Meanwhile this host may have followed others, and have lost what was changed.

        Raises:
            RequestRefused: other people were published meanwhile, and are followed here from now on.
        """
        with self._changing:
            if self._publish(since):
                return
        self.follow()
        raise errors.RequestRefused(
            Phrase("The people were changed on another host in the same moment; yours were not taken."),
            hint=Phrase("Look at what is there now, and do it again."),
        )

    def _go_back(self) -> int | None:
        """Hold the published people again, unless somebody is about to publish these."""
        with self._copies.unchanging() as is_unchanging:
            latest = self._published.latest()
            if not is_unchanging or latest is None or is_the_published(self._index, latest):
                return None
            return self._take_over(latest)

    def _take_over(self, latest: PublishedPeople) -> int:
        told = min(by_hand.told_until(self._index), latest.version)
        self._copies.take_over(latest, self._index)
        by_hand.are_told(self._index, max(told, by_hand.told_until(self._index)))  # who published knows less
        self._index.note(FOLLOWED, _note_of(latest))
        return latest.version

    def _followed(self) -> str:
        """The hash of the copy that is followed here; empty for none."""
        return (self._index.noted(FOLLOWED) or "").partition(" ")[2]

    def _publish(self, since: str) -> bool:
        people = self._copies.lay(self._index)
        if not self._published.publish(people, after=since):
            return False
        self._index.note(FOLLOWED, _note_of(people))
        self._copies.keep_only(self._published.files())
        return True


class AgreedRegistry:
    """Implements `ports.Registry`: this host's people, with the version that all hosts agree on."""

    def __init__(self, index: RegistryIndex, published: SqlPublished) -> None:
        self._index = index
        self._published = published

    def version(self) -> int:
        latest = self._published.latest()
        return self._index.version() if latest is None else latest.version

    def count(self) -> int:
        return self._index.count()

    def candidates(self, evidence: Evidence) -> People:
        """As the port says; people that are not, or not yet known to be, a published copy have no version to settle by.

        The note is read first: it names a copy that this host held then, so that people of another version aren't it.
        """
        followed, _, _ = (self._index.noted(FOLLOWED) or "").partition(" ")
        people = self._index.candidates(evidence)
        if str(people.version) in (followed, _NOBODY):
            return people
        return dataclasses.replace(people, version=UNPUBLISHED)

    def proposals(self, evidence: Evidence, limit: int) -> Sequence[Person]:
        return self._index.proposals(evidence, limit)

    def person(self, record_id: RecordId) -> Person | None:
        return self._index.person(record_id)

    def find(self, words: str, limit: int = 8) -> Sequence[Person]:
        return self._index.find(words, limit)


def is_the_published(index: RegistryIndex, latest: PublishedPeople | None) -> bool:
    """Whether an index holds the people that all hosts follow.

    Raises:
        RegistryUnavailable.
    """
    if latest is None:
        return index.version() == 0
    return (index.version(), index.noted(FOLLOWED)) == (latest.version, _note_of(latest))


def _note_of(people: PublishedPeople) -> str:
    """As the index notes which copy it follows: its version and its hash."""
    return f"{people.version} {people.sha256}"


def shared_people(settings: Settings, engine: Engine, index: RegistryIndex) -> SharedPeople:
    """Build it, in a home that hosts share."""
    return SharedPeople(index, SqlPublished(engine), SharedCopies(settings.home, settings.state))
