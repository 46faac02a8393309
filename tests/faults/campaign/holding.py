"""What must hold when all rests, whatever has struck before."""

import re
import traceback
from collections import Counter
from collections.abc import Iterable
from pathlib import Path

from agent.domain.outcome import State
from agent.health.audit import looked_through, noted
from agent.health.custody import conservation
from agent.health.finding import Level
from tests.faults.campaign.office import Office

TOLD_ALONE = frozenset({State.ARCHIVED, State.IN_REVIEW, State.DUPLICATE})
"""Of many failures of one cause one message tells, with their number."""


class Broken(Exception):
    """Something that must hold doesn't; it says what."""


def check(office: Office, *, may_repeat: bool, repeats_before: int) -> int:
    """Look at everything.

    Args:
        may_repeat: whether a message may have been delivered twice since the last look.
        repeats_before: so many were by then.

    Returns:
        How many messages were delivered more than once until now.

    Raises:
        Broken: a document is lost, doubled, changed or filed wrongly, a message missing or said twice without a cause,
            the audit trail or the ledger's sums are wrong, or the daemon is gone.
    """
    try:
        office.world.check(office.dropped)
    except (AssertionError, OSError) as error:
        raise Broken(told(error)) from error
    _outcomes(office)
    _trail(office)
    repeats = _messages(office)
    if repeats > repeats_before and not may_repeat:
        raise Broken(f"{repeats - repeats_before} messages were delivered twice, and nothing explains it")
    if office.running.poll() is not None:
        raise Broken(f"the daemon ended with {office.running.returncode}")
    return repeats


def told(error: Exception) -> str:
    """Say what an error found, and where."""
    place = traceback.extract_tb(error.__traceback__)[-1]
    return f"{type(error).__name__}: {str(error) or place.line} ({Path(place.filename).name}:{place.lineno})"


def _outcomes(office: Office) -> None:
    outcomes = office.world.outcomes()
    wrong = {name: word for name, word in outcomes.items() if not word.startswith(office.expected[name])}
    twice = [
        names
        for names in _names_by_content(office)
        if sum(outcomes[name].startswith("archived ") for name in names) > 1
    ]
    if twice:
        raise Broken(f"the same bytes were filed twice: {twice}")
    if wrong:
        raise Broken(f"wrong outcomes: {wrong}")


def _names_by_content(office: Office) -> Iterable[list[str]]:
    names: dict[bytes, list[str]] = {}
    for name, content in office.dropped.items():
        names.setdefault(content, []).append(name)
    return names.values()


def _trail(office: Office) -> None:
    for settings in office.all_settings():
        found = looked_through(settings, noted(settings))
        if not found.is_whole:
            raise Broken(f"the audit trail: {[str(it.sentence) for it in found.problems[:3]]}")
        sums = conservation(settings)
        if sums.level is not Level.GOOD:
            raise Broken(f"conservation: {sums}")


def _messages(office: Office) -> int:
    """Each document must have been told of in the chat.

    Returns:
        How many messages about documents say what another says.
    """
    texts = Counter(text for text in office.api.texts if _documents_in(text))
    said = {it for text in texts for it in _documents_in(text)}
    untold = {it.reference for it in office.world.documents() if it.state in TOLD_ALONE} - said
    if untold:
        raise Broken(f"nobody was told of {sorted(untold)}")
    return sum(count - 1 for count in texts.values())


def _documents_in(text: str) -> list[str]:
    return re.findall(r"\bD-\d+", text)
