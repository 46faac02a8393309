"""Is all well? Each part is asked once and says so in a sentence, with the fix where it is not.

The parts stand in one tuple. `dossierd check` prints them; nothing here changes anything, and none needs the daemon.
"""

import datetime
import os
from collections.abc import Callable
from pathlib import Path

from agent import errors
from agent.adapters.clock import SystemClock
from agent.adapters.folders import FOLDERS, is_unclaimed
from agent.adapters.home import REGISTRY_FILE, HomeLock
from agent.adapters.reading import bubblewrap, fence
from agent.adapters.reading.tools import check_tools
from agent.adapters.registry import RegistryIndex
from agent.adapters.watch.events import refusal
from agent.adapters.watch.looking import Oddity, OddityKind
from agent.adapters.watch.lying import look_around
from agent.adapters.watch.watcher import PDF_ONLY
from agent.app import scratch_of
from agent.config import Settings
from agent.domain.decision import Policy
from agent.domain.life import Document
from agent.domain.outcome import ACCEPTED, AT_REST, State
from agent.durable import hash_file
from agent.health.finding import NAMED, Finding, Level, has_run, nothing_yet, open_ledger, some
from agent.health.room import disk, full_disk, moves

__all__ = [
    "NAME_POLICY_HINT",
    "NAME_POLICY_WARNING",
    "Finding",
    "Level",
    "examine",
    "examine_part",
    "full_disk",
]

NAME_POLICY_WARNING = "policy name: a stranger who shares a registered person's name is filed as that person"
NAME_POLICY_HINT = "Unless you have a reason, set DOSSIERD_POLICY=two-identifiers"

_FENCE_HINT = (
    "Use a kernel with Landlock (5.13 or newer, switched on) and: sudo apt install libseccomp2. "
    "Or: sudo apt install bubblewrap, and set DOSSIERD_READER_FENCE=bubblewrap"
)

CLAIM_TIME = datetime.timedelta(seconds=10)
"""A claim takes milliseconds; one that has taken so long was refused."""


def examine(settings: Settings, *, deep: bool = False) -> list[Finding]:
    """Ask every part; an error in one is its finding and doesn't keep the others from being asked.

    Args:
        deep: compare the bytes of every document at rest too.
    """
    return [_ask(name, part, settings) for name, part in (*PARTS, *(DEEP_PARTS if deep else ()))]


def examine_part(name: str, settings: Settings) -> Finding:
    """Ask one part of `PARTS`."""
    return _ask(name, dict(PARTS)[name], settings)


def _ask(name: str, part: Callable[[Settings], Finding], settings: Settings) -> Finding:
    try:
        return part(settings)
    except errors.DossierdError as error:
        return Finding(part=name, level=Level.BAD, sentence=error.sentence, hint=error.hint)
    except OSError as error:
        return Finding(
            part=name,
            level=Level.BAD,
            sentence=f"can't be looked at ({error.strerror})",
            hint="Type this as the daemon's user: sudo -u dossierd dossierd check",
        )


def _daemon(settings: Settings) -> Finding:
    lock = HomeLock(settings.home / "state")
    if lock.is_held():
        return Finding(part="daemon", level=Level.GOOD, sentence=f"running, process {lock.holder()}")
    return Finding(
        part="daemon",
        level=Level.BAD,
        sentence="not running: nothing is filed",
        hint="Type: systemctl start dossierd (or: dossierd run)",
    )


def _folders(settings: Settings) -> Finding:
    missing = [name for name in FOLDERS if not (settings.home / name).is_dir()]
    if missing:
        return Finding(
            part="folders",
            level=Level.BAD,
            sentence=f"missing: {', '.join(missing)}",
            hint=f"Type: dossierd init --home {settings.home}",
        )
    closed = [name for name in FOLDERS if not os.access(settings.home / name, os.W_OK | os.X_OK)]
    if closed:
        return Finding(
            part="folders",
            level=Level.BAD,
            sentence=f"can't be written to by this user: {', '.join(closed)}",
            hint="Run this as the daemon's user, or give it the folders: chown -R dossierd: "
            + " ".join(str(settings.home / name) for name in closed),
        )
    return Finding(part="folders", level=Level.GOOD, sentence=f"all there in {settings.home}")


def _incoming(settings: Settings) -> Finding:
    """What waits, what can't be claimed, what lies there that nobody will ever take, and how arrivals are noticed."""
    folder = settings.home / "incoming"
    if not folder.is_dir():
        return Finding(part="incoming", level=Level.GOOD, sentence="nothing waits")
    lying = look_around(folder, PDF_ONLY)
    waiting, odd = lying.waiting, [_shown(oddity) for oddity in lying.oddities]
    waits = f"{waiting} PDF{'' if waiting == 1 else 's'} waiting" if waiting else "nothing waits"
    if stuck := _unclaimable(settings):
        return Finding(
            part="incoming",
            level=Level.BAD,
            sentence=f"{waits}; {len(stuck)} of them can't be taken away: {some(stuck)}",
            hint=f"{_give(folder)} Where that is refused, look at the attributes: sudo lsattr -R {folder}",
        )
    if odd:
        return Finding(
            part="incoming",
            level=Level.NOTICE,
            sentence=f"{waits}; {len(odd)} that nobody takes: {some(odd)}",
            hint="Print or export as a PDF what should be filed, in a folder of this disk, and take these away."
            + (f" {_give(folder)}" if any(it.kind is OddityKind.UNREADABLE for it in lying.oddities) else ""),
        )
    if why := refusal(folder):
        return Finding(
            part="incoming",
            level=Level.NOTICE,
            sentence=f"{waits}; looked through every few seconds only: {why}",
            hint="Everything is filed all the same, a little later.",
        )
    return Finding(part="incoming", level=Level.GOOD, sentence=waits)


def _give(folder: Path) -> str:
    """What lets the daemon read and take what others have put into a folder, and into folders of theirs there."""
    return f"To let dossierd read and take what lies there: sudo chown -R dossierd: {folder}."


def _shown(oddity: Oddity) -> str:
    return oddity.name if oddity.kind is OddityKind.OTHER_FORMAT else f"{oddity.name} ({oddity.kind.words})"


def _unclaimable(settings: Settings) -> list[str]:
    """Name the files that stand still, but that the daemon has tried to claim in vain."""
    if not has_run(settings):
        return []
    tried_before = SystemClock(settings.timezone).now() - CLAIM_TIME
    ledger = open_ledger(settings)
    try:
        begun = ledger.in_states(frozenset({State.CLAIMING}))
    finally:
        ledger.close()
    return [
        it.original_name
        for it in begun
        if it.seen_at < tried_before and is_unclaimed(settings.home / "incoming", it.seen)
    ]


def _ledger(settings: Settings) -> Finding:
    if not has_run(settings):
        return nothing_yet("ledger")
    ledger = open_ledger(settings)
    try:
        said = ledger.check()
    finally:
        ledger.close()
    if said != "ok":
        return Finding(
            part="ledger",
            level=Level.BAD,
            sentence="the database is damaged",
            hint="Stop the daemon and restore state/ from a backup.",
        )
    return Finding(part="ledger", level=Level.GOOD, sentence="intact")


def _conservation(settings: Settings) -> Finding:
    """Every document that was ever accepted is in exactly one place, and that place is where its row says."""
    if not has_run(settings):
        return nothing_yet("documents")
    ledger = open_ledger(settings)
    try:
        counts = ledger.counts()
        gone = [
            it
            for it in ledger.in_states(AT_REST)
            if not _place_of(it, settings).is_file() and ledger.document(it.document_id) == it
        ]
        missing = ledger.in_states(frozenset({State.MISSING}))
    finally:
        ledger.close()
    accepted = [(counts[state], state) for state in State if state in ACCEPTED and counts.get(state)]
    told = ", ".join(f"{count} {state.replace('_', ' ')}" for count, state in accepted) or "none yet"
    sentence = f"{sum(count for count, _ in accepted)} accepted: {told}"
    if not (gone or missing):
        return Finding(part="documents", level=Level.GOOD, sentence=sentence)
    retries = "; ".join(f"dossierd retry {it.reference}" for it in missing[:NAMED])
    return Finding(
        part="documents",
        level=Level.BAD,
        sentence=f"{sentence}; {len(gone) + len(missing)} not where they were put: "
        + some([it.reference for it in (*gone, *missing)]),
        hint="Somebody moved, removed or changed them by hand. Put each file back where `dossierd show` says"
        + (f", then: {retries}" if retries else "."),
    )


def _bytes(settings: Settings) -> Finding:
    """Every document at rest has the bytes that came in."""
    if not has_run(settings):
        return nothing_yet("bytes")
    ledger = open_ledger(settings)
    try:
        resting = ledger.in_states(AT_REST)
        changed = [
            it.reference
            for it in resting
            if not _has_its_bytes(it, settings) and ledger.document(it.document_id) == it
        ]
    finally:
        ledger.close()
    if changed:
        return Finding(
            part="bytes",
            level=Level.BAD,
            sentence=f"{len(changed)} of {len(resting)} are gone or not as they came: {some(changed)}",
            hint="Restore each from a backup to where `dossierd show` says.",
        )
    return Finding(part="bytes", level=Level.GOOD, sentence=f"{len(resting)} compared, all as they came")


def _place_of(document: Document, settings: Settings) -> Path:
    assert document.location is not None
    return settings.home / document.location


def _has_its_bytes(document: Document, settings: Settings) -> bool:
    try:
        return hash_file(_place_of(document, settings))[0] == document.sha256
    except errors.CustodyError:
        return False


def _registry(settings: Settings) -> Finding:
    path = settings.home / "state" / REGISTRY_FILE
    count = _count_people(path) if path.is_file() else 0
    if count == 0:
        return Finding(
            part="registry",
            level=Level.BAD,
            sentence="The registry is empty: every document goes to a human",
            hint="Type: dossierd registry import people.csv",
        )
    return Finding(part="registry", level=Level.GOOD, sentence=f"{count} people")


def _count_people(path: Path) -> int:
    index = RegistryIndex(path)
    try:
        return index.count()
    finally:
        index.close()


def _rules(settings: Settings) -> Finding:
    if settings.policy is Policy.NAME:
        return Finding(part="rules", level=Level.NOTICE, sentence=NAME_POLICY_WARNING, hint=NAME_POLICY_HINT)
    return Finding(part="rules", level=Level.GOOD, sentence=f"policy {settings.policy}, mode {settings.mode}")


def _reader(settings: Settings) -> Finding:
    check_tools(settings.ocr_languages)
    return Finding(part="ocr", level=Level.GOOD, sentence=f"tesseract reads {settings.ocr_languages}")


def _fence(settings: Settings) -> Finding:
    """What keeps those who read documents from the rest of the machine."""
    planned = fence.plan(settings.reader_fence, scratch_of(settings))
    fence.refuse_gap(planned)
    if planned.mode == "bubblewrap":
        bubblewrap.find()
    strength = fence.strength(settings.reader_fence)
    if strength.is_whole:
        return Finding(part="fence", level=Level.GOOD, sentence=f"readers are behind {strength}")
    if settings.reader_fence == "off":
        sentence, hint = "switched off: a harmful PDF could read all files", "Set DOSSIERD_READER_FENCE=auto"
    else:
        sentence = f"not whole ({strength}): a harmful PDF could read files, or reach the network"
        hint = _FENCE_HINT
    return Finding(part="fence", level=Level.NOTICE, sentence=sentence, hint=hint)


def _telegram(settings: Settings) -> Finding:
    if settings.telegram_token is None:
        return Finding(
            part="telegram",
            level=Level.NOTICE,
            sentence="off: questions wait in `dossierd pending`",
            hint="To be asked on the telephone, see docs/telegram.md",
        )
    from agent.adapters.telegram.client import TelegramNotifier

    notifier = TelegramNotifier(
        settings.telegram_token.get_secret_value(),
        settings.telegram_chats,
        str(settings.telegram_api_url).rstrip("/"),
    )
    try:
        name = notifier.check()
    finally:
        notifier.close()
    return Finding(part="telegram", level=Level.GOOD, sentence=f"@{name} answers")


PARTS: tuple[tuple[str, Callable[[Settings], Finding]], ...] = (
    ("daemon", _daemon),
    ("folders", _folders),
    ("disk", disk),
    ("incoming", _incoming),
    ("ledger", _ledger),
    ("documents", _conservation),
    ("moves", moves),
    ("registry", _registry),
    ("rules", _rules),
    ("ocr", _reader),
    ("fence", _fence),
    ("telegram", _telegram),
)

DEEP_PARTS: tuple[tuple[str, Callable[[Settings], Finding]], ...] = (("bytes", _bytes),)
