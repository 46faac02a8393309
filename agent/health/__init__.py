"""Is all well? Each part is asked once and says so in a sentence, with the fix where it is not.

The parts stand in one tuple. `dossierd check` prints them; nothing here changes anything, and none needs the daemon.
"""

from collections.abc import Callable

from agent import errors
from agent.config import Settings
from agent.domain.phrase import Phrase, plain
from agent.domain.wellness import PartState, labelled
from agent.durable import word_for
from agent.health import copies, custody, home, incoming, messages, outside, pauses, registry, room
from agent.health.finding import Finding, Level
from agent.health.outside import NAME_POLICY_HINT, NAME_POLICY_WARNING
from agent.health.pauses import pause_of
from agent.health.room import full_disk

__all__ = [
    "NAME_POLICY_HINT",
    "NAME_POLICY_WARNING",
    "Finding",
    "Level",
    "examine",
    "examine_part",
    "full_disk",
    "glance",
    "pause_of",
    "wellness",
]


def examine(settings: Settings, *, deep: bool = False) -> list[Finding]:
    """Ask every part; an error in one is its finding and doesn't keep the others from being asked.

    Args:
        deep: compare the bytes of every document at rest too, and of every searchable copy.
    """
    return [_ask(name, part, settings) for name, part in (*PARTS, *(DEEP_PARTS if deep else ()))]


def examine_part(name: str, settings: Settings) -> Finding:
    """Ask one part of `PARTS`."""
    return _ask(name, dict(PARTS)[name], settings)


WATCHED = ("registry", "ocr", "fence")
"""Parts that the daemon tells of without being asked: cheap to ask, and told of by nothing else."""


def glance(settings: Settings) -> list[PartState]:
    """Ask the parts that answer at once and name nobody, for those who ask in a chat; leave out what is good."""
    found = [examine_part(name, settings) for name, _ in PARTS if name not in _LONG_OR_NAMING]
    return [_state_of(it, it.said) for it in found if it.level is not Level.GOOD]


def wellness(settings: Settings) -> list[PartState]:
    """Ask the parts that the daemon watches; what is only worth a notice is well."""
    found = [examine_part(name, settings) for name in WATCHED]
    return [_state_of(it, labelled(it.part, it.said)) for it in found]


def _state_of(found: Finding, sentence: Phrase) -> PartState:
    return PartState(part=found.part, is_bad=found.level is Level.BAD, sentence=sentence, hint=found.advice)


def _ask(name: str, part: Callable[[Settings], Finding], settings: Settings) -> Finding:
    try:
        return part(settings)
    except errors.DossierdError as error:
        said, advice = (plain(it) if isinstance(it, str) else it for it in (error.said, error.advice))
        return Finding(part=name, level=Level.BAD, said=said, advice=advice)
    except OSError as error:
        return Finding(
            part=name,
            level=Level.BAD,
            said=Phrase("can't be looked at ({error})", error=word_for(error)),
            advice=Phrase("Type this as the daemon's user: sudo -u dossierd dossierd check"),
        )


PARTS: tuple[tuple[str, Callable[[Settings], Finding]], ...] = (
    ("daemon", home.daemon),
    ("folders", home.folders),
    ("disk", room.disk),
    ("pause", pauses.pause),
    ("incoming", incoming.arrivals),
    ("ledger", custody.intact),
    ("documents", custody.conservation),
    ("moves", room.moves),
    ("registry", registry.registry),
    ("rules", outside.rules),
    ("ocr", outside.reader),
    ("formats", outside.formats),
    ("fence", outside.fence_of_readers),
    ("telegram", outside.telegram),
    ("notify", outside.addresses),
    ("messages", messages.delivery),
)

_LONG_OR_NAMING = frozenset({"ledger", "documents", "telegram", "notify", "incoming"})
"""Asked on the command line only: they look at every row or file, at other machines, or name files."""

DEEP_PARTS: tuple[tuple[str, Callable[[Settings], Finding]], ...] = (
    ("bytes", custody.same_bytes),
    ("copies", copies.searchable),
)
