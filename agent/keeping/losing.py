"""Writing down that something of the audit trail is lost, and that a human has looked at it: it is no tampering.

The line in the trail comes first, then the row in the ledger that makes it count. A death between the two leaves a line
that counts for nothing, and the command is typed once more.
"""

import contextlib
import datetime
from collections.abc import Callable

from agent import errors
from agent.adapters.home import HomeLock
from agent.adapters.journal import JOURNAL_NAME, Journal, ProblemKind, Survey
from agent.adapters.ledger import SqlLosses
from agent.domain.anchor import Anchor
from agent.domain.loss import Loss, WhyLost
from agent.durable import make_folder, storage_errors
from agent.ledgers import engine_of
from agent.settings import Settings

LOST = frozenset({ProblemKind.CUT, ProblemKind.MISSING, ProblemKind.REPLACED, ProblemKind.TORN})
"""What a lost file, or a part of one, leaves."""


def require_loss(found: Survey) -> None:
    """Refuse what is no loss.

    Raises:
        RequestRefused: nothing is gone; or a line is not as it was written.
    """
    if found.is_whole:
        raise errors.RequestRefused("Nothing of the audit trail is lost.")
    for problem in found.problems:
        if problem.kind not in LOST:
            raise errors.RequestRefused(
                f"{problem.sentence} That is no loss, and is not accepted as one.",
                hint="Keep the files as they are, and hold them against a backup.",
            )


def accept(
    settings: Settings, look: Callable[[], Survey], *, actor: str, why: WhyLost, now: datetime.datetime
) -> Loss:
    """Write the loss down, in the trail that goes on and in the ledger.

    Args:
        look: looks through the trail, held against all that the ledger noted; asked when nobody else writes.

    Raises:
        HomeLocked: a daemon works in this home; it alone writes the trail then.
        RequestRefused: as `require_loss` says.
        LedgerUnavailable, StorageUnavailable: it is not accepted.
    """
    with HomeLock(settings.state).held():
        found = look()
        require_loss(found)
        lost = sorted({(it.sequence, it.hash) for it in found.gone})
        with storage_errors():
            make_folder(settings.logs)
        with contextlib.closing(Journal(settings.logs / JOURNAL_NAME)) as journal:
            journal.append(
                "loss_accepted",
                now,
                actor=actor,
                why=why,
                up_to=lost[-1] if lost else None,
                places=len(lost),
                gaps=[(it.entry, it.lost) for it in found.gaps],
            )
            line = journal.reached
        assert line is not None
        loss = Loss(
            line=line,
            actor=actor,
            why=why,
            accepted_at=now,
            lost=tuple(Anchor(entry=entry, hash=hash_) for entry, hash_ in lost),
            gaps=found.gaps,
        )
        engine = engine_of(settings)
        try:
            SqlLosses(engine).accept(loss)
        finally:
            engine.dispose()
        return loss
