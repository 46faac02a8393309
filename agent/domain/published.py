"""The copy of the people that all hosts of a home follow."""

from dataclasses import dataclass

from agent.domain.document import Sha256


@dataclass(frozen=True, slots=True, kw_only=True)
class PublishedPeople:
    """A copy of the registry's index, which never changes.

    Attributes:
        version: of the people in it.
        file: its path below the home, with `/`.
        sha256: of its bytes. The same people may be published again: how long they may be trusted is in it too.
    """

    version: int
    file: str
    sha256: Sha256
