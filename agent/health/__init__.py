"""Is all well? Each part is asked once and says so in a sentence, with the fix where it is not.

The parts stand in one tuple, and are asked side by side, each for three seconds at most. `dossierd check` prints them;
nothing here changes anything, and none needs the daemon.
"""

from collections.abc import Callable, Collection, Mapping
from functools import partial
from types import MappingProxyType

from agent.config import Settings
from agent.domain.phrase import Phrase
from agent.domain.wellness import PartState, labelled
from agent.health import (
    alive,
    audit,
    canary,
    copies,
    custody,
    home,
    hosts,
    incoming,
    messages,
    moments,
    outside,
    overrides,
    pauses,
    registry,
    room,
    trends,
    watches,
)
from agent.health.asking import PART_SECONDS, Asking, ask_now
from agent.health.finding import Finding, Level
from agent.health.outside import NAME_POLICY_HINT, NAME_POLICY_WARNING
from agent.health.pauses import pause_of
from agent.health.room import full_disk

__all__ = [
    "NAME_POLICY_HINT",
    "NAME_POLICY_WARNING",
    "Examiner",
    "Finding",
    "Level",
    "examine",
    "examine_part",
    "full_disk",
    "pause_of",
]


class Examiner:
    """Asks the parts of one home again and again, and remembers those that hang."""

    def __init__(
        self,
        settings: Settings,
        *,
        known: Mapping[str, Callable[[], Finding]] = MappingProxyType({}),
        seconds: float = PART_SECONDS,
    ) -> None:
        """Remember whom to ask.

        Args:
            known: what asks a part instead, by its name: the daemon knows itself better than others see it.
            seconds: what a part may take.
        """
        self._settings = settings
        self._known = known
        self._asking = Asking(seconds)

    def examine(self, names: Collection[str] | None = None, *, seconds: float | None = None) -> list[Finding]:
        """Ask every part, or those that are named; an error in one is its finding, and so is its silence.

        Args:
            seconds: what a part may take, where that is not what this was built with.
        """
        asked = [
            (name, self._known.get(name, partial(part, self._settings)))
            for name, part in PARTS
            if names is None or name in names
        ]
        return self._asking.ask(asked, seconds)

    def glance(self) -> list[PartState]:
        """Ask the parts that answer at once and name nobody, for those who ask in a chat; leave out what is good."""
        found = self.examine([name for name, _ in PARTS if name not in _LONG_OR_NAMING])
        return [_state_of(it, it.said) for it in found if it.level is not Level.GOOD]

    def wellness(self) -> list[PartState]:
        """Ask the parts that the daemon watches; what is only worth a notice is well.

        Of a canary it leaves that open, and gives no state.
        """
        found = self.examine(WATCHED, seconds=WATCHED_SECONDS)
        return [
            _state_of(it, labelled(it.part, it.said))
            for it in found
            if it.level is not Level.NOTICE or it.part not in _OPEN_AT_A_NOTICE
        ]


def examine(settings: Settings, *, deep: bool = False) -> list[Finding]:
    """Ask every part once.

    Args:
        deep: compare the bytes of every document at rest too, and of every searchable copy, and check the whole audit
            trail, however long that takes.
    """
    found = Examiner(settings).examine()
    return [*found, *(ask_now(name, partial(part, settings)) for name, part in DEEP_PARTS if deep)]


def examine_part(name: str, settings: Settings) -> Finding:
    """Ask one part of `PARTS`, for as long as it takes."""
    return ask_now(name, partial(dict(PARTS)[name], settings))


WATCHED = ("hosts", "registry", "ocr", "fence", "canary")
"""Parts that the daemon tells of without being asked: cheap to ask, and told of by nothing else. Only how a canary ends
is told by who sends it; that none ends, others must tell."""
_OPEN_AT_A_NOTICE = frozenset({"canary"})
"""The last one is old after a stop, or has failed alone: nothing is known before the next."""
WATCHED_SECONDS = 30.0
"""What one of those may take: the machine may be busy with documents, and nobody waits."""


def _state_of(found: Finding, sentence: Phrase) -> PartState:
    return PartState(part=found.part, is_bad=found.level is Level.BAD, sentence=sentence, hint=found.advice)


PARTS: tuple[tuple[str, Callable[[Settings], Finding]], ...] = (
    ("daemon", home.daemon),
    ("hosts", hosts.hosts),
    ("progress", alive.progress),
    ("http", alive.http),
    ("folders", home.folders),
    ("disk", room.disk),
    ("clock", moments.clock),
    ("pause", pauses.pause),
    ("incoming", incoming.arrivals),
    ("inotify", watches.inotify),
    ("queue", moments.queue),
    ("ledger", custody.intact),
    ("documents", custody.conservation),
    ("audit", audit.end_of_trail),
    ("moves", room.moves),
    ("registry", registry.registry),
    ("rules", outside.rules),
    ("ocr", outside.reader),
    ("formats", outside.formats),
    ("fence", outside.fence_of_readers),
    ("telegram", outside.telegram),
    ("notify", outside.addresses),
    ("messages", messages.delivery),
    ("canary", canary.canary),
    ("trends", trends.trends),
    ("overrides", overrides.overrides),
)

_LONG_OR_NAMING = frozenset({"ledger", "documents", "telegram", "notify", "incoming"})
"""Asked on the command line only: they look at every row or file, at other machines, or name files."""

DEEP_PARTS: tuple[tuple[str, Callable[[Settings], Finding]], ...] = (
    ("pages", custody.pages),
    ("bytes", custody.same_bytes),
    ("copies", copies.searchable),
    ("trail", audit.whole_trail),
)
