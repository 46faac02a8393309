"""Is all well? Each part is asked once and says so in a sentence, with the fix where it is not.

The parts stand in one tuple. `dossierd check` prints them; nothing here changes anything, and none needs the daemon.
"""

import os
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

from agent import errors
from agent.adapters.folders import FOLDERS
from agent.adapters.home import LEDGER_FILE, REGISTRY_FILE, HomeLock
from agent.adapters.ledger import SqlLedger, open_engine
from agent.adapters.reading.tools import check_tools
from agent.adapters.registry import RegistryIndex
from agent.config import Settings
from agent.domain.decision import Policy
from agent.domain.outcome import ACCEPTED, AT_REST, IN_WORK, State

NAME_POLICY_WARNING = "policy name: a stranger who shares a registered person's name is filed as that person"
NAME_POLICY_HINT = "Unless you have a reason, set DOSSIERD_POLICY=two-identifiers"


class Level(StrEnum):
    """How well a part is."""

    GOOD = "good"
    NOTICE = "notice"
    """Works as set, but somebody should know."""
    BAD = "bad"


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """What one part says of itself."""

    part: str
    level: Level
    sentence: str
    hint: str = ""


def examine(settings: Settings) -> list[Finding]:
    """Ask every part; an error in one is its finding and doesn't keep the others from being asked."""
    return [_ask(name, part, settings) for name, part in PARTS]


def _ask(name: str, part: Callable[[Settings], Finding], settings: Settings) -> Finding:
    try:
        return part(settings)
    except errors.DossierdError as error:
        return Finding(part=name, level=Level.BAD, sentence=error.sentence, hint=error.hint)


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


def _ledger(settings: Settings) -> Finding:
    ledger = _open_ledger(settings)
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
    ledger = _open_ledger(settings)
    try:
        counts, resting = ledger.counts(), ledger.in_states(AT_REST)
        missing = len(ledger.in_states(frozenset({State.MISSING})))
    finally:
        ledger.close()
    accepted = sum(counts.get(state, 0) for state in ACCEPTED)
    gone = [it.reference for it in resting if not (settings.home / (it.location or "-")).is_file()]
    if gone:
        shown = ", ".join(gone[:5]) + (", ..." if len(gone) > 5 else "")
        return Finding(
            part="documents",
            level=Level.BAD,
            sentence=f"{len(gone)} of {accepted} are not where they were put: {shown}",
            hint="Somebody moved or removed them by hand: put them back, or look with: dossierd show DOC",
        )
    told = ", ".join(
        f"{counts[state]} {state.replace('_', ' ')}" for state in (*IN_WORK, *AT_REST) if counts.get(state)
    )
    level = Level.NOTICE if missing else Level.GOOD
    return Finding(part="documents", level=level, sentence=f"{accepted} accepted: {told or 'none yet'}")


def _registry(settings: Settings) -> Finding:
    index = RegistryIndex(settings.home / "state" / REGISTRY_FILE)
    try:
        count = index.count()
    finally:
        index.close()
    if count == 0:
        return Finding(
            part="registry",
            level=Level.BAD,
            sentence="empty: every document goes to a human",
            hint="Type: dossierd registry import people.csv",
        )
    return Finding(part="registry", level=Level.GOOD, sentence=f"{count} people")


def _rules(settings: Settings) -> Finding:
    if settings.policy is Policy.NAME:
        return Finding(part="rules", level=Level.NOTICE, sentence=NAME_POLICY_WARNING, hint=NAME_POLICY_HINT)
    return Finding(part="rules", level=Level.GOOD, sentence=f"policy {settings.policy}, mode {settings.mode}")


def _reader(settings: Settings) -> Finding:
    check_tools(settings.ocr_languages)
    return Finding(part="ocr", level=Level.GOOD, sentence=f"tesseract reads {settings.ocr_languages}")


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


def _open_ledger(settings: Settings) -> SqlLedger:
    return SqlLedger(open_engine(settings.home / "state" / LEDGER_FILE, may_upgrade=False))


PARTS: tuple[tuple[str, Callable[[Settings], Finding]], ...] = (
    ("daemon", _daemon),
    ("folders", _folders),
    ("ledger", _ledger),
    ("documents", _conservation),
    ("registry", _registry),
    ("rules", _rules),
    ("ocr", _reader),
    ("telegram", _telegram),
)
