"""Whether the audit trail is as it was written; its end at every look, all of it at a deep one."""

import contextlib
from collections.abc import Sequence
from dataclasses import dataclass

from agent import errors
from agent.adapters.journal import JOURNAL_NAME, Head, ProblemKind, Survey, glance, survey
from agent.adapters.ledger import SqlDigests, SqlLosses
from agent.config import Settings
from agent.domain.anchor import Anchor
from agent.domain.digest import DigestDay
from agent.domain.loss import Gap, Loss
from agent.domain.phrase import Phrase
from agent.health.finding import Finding, Level, has_run, nothing_yet, typed
from agent.ledgers import engine_of


@dataclass(frozen=True, slots=True, kw_only=True)
class Noted:
    """What the ledger knows of the trail.

    Attributes:
        digest: the newest one that told of the trail's last line.
        anchors: places that were noted each hour and at each stop, in the order of the trail.
        at_rest: documents that this trail must tell of; 0 where another host may have brought them to rest.
        losses: what is gone, as people know: it is not looked for.
    """

    digest: DigestDay | None = None
    anchors: Sequence[Anchor] = ()
    at_rest: int = 0
    losses: Sequence[Loss] = ()

    @property
    def places(self) -> list[Anchor]:
        """All that must be there."""
        told = None if self.digest is None else self.digest.audit
        lost = {place for loss in self.losses for place in loss.lost}
        lines = (it.line for it in self.losses if it.line not in lost)  # such a line may be lost too
        return [*self.anchors, *lines, *([] if told is None else [told])]

    @property
    def known_gaps(self) -> frozenset[Gap]:
        return frozenset(gap for loss in self.losses for gap in loss.gaps)

    @property
    def heads(self) -> list[Head]:
        return [Head(sequence=it.entry, hash=it.hash) for it in self.places]

    @property
    def at_least(self) -> int:
        """How many entries there must be, where no place is known. A rebuild notes one: its trail can be new."""
        return 0 if self.places else self.at_rest


def noted(settings: Settings) -> Noted:
    """Ask the ledger; nothing before the first start.

    Raises:
        LedgerUnavailable: it can't be asked.
    """
    if not has_run(settings):
        return Noted()
    engine = engine_of(settings)
    try:
        digests, losses = SqlDigests(engine), SqlLosses(engine).all()
        digest, lost = digests.last_anchored(), {place for loss in losses for place in loss.lost}
        return Noted(
            digest=None if digest is None or digest.audit in lost else digest,
            anchors=digests.anchors.all(),
            at_rest=0 if settings.is_shared else digests.anchors.documents_at_rest(),
            losses=losses,
        )
    finally:
        engine.dispose()


def end_of_trail(settings: Settings) -> Finding:
    """The trail's last lines, and that it reaches as far as the ledger knows."""
    if not has_run(settings):
        return nothing_yet("audit")
    known = _known(settings)
    found = glance(
        settings.logs / JOURNAL_NAME,
        expected=known.heads,
        at_least=known.at_least,
        known_gaps=known.known_gaps,
    )
    said = Phrase("{count} entries; the last are as they were written", count=found.head.sequence)
    return _finding_of("audit", found, said)


def whole_trail(settings: Settings) -> Finding:
    """Every line of every file."""
    if not has_run(settings):
        return nothing_yet("trail")
    known = _known(settings)
    found = looked_through(settings, known)
    if known.losses:
        said = Phrase(
            "{count} entries of the audit trail, each as it was written; losses that people know of: {losses}",
            count=found.entries,
            losses=len(known.losses),
        )
    else:
        said = Phrase("{count} entries of the audit trail, each as it was written", count=found.entries)
    return _finding_of("trail", found, said)


def looked_through(settings: Settings, known: Noted, kept: Sequence[Anchor] = ()) -> Survey:
    """Look at every line of every file.

    Args:
        kept: further places that must be there.

    Raises:
        StorageUnavailable: a file can't be read.
    """
    return survey(
        settings.logs / JOURNAL_NAME,
        expected=[*(Head(sequence=it.entry, hash=it.hash) for it in kept), *known.heads],
        at_least=known.at_least,
        known_gaps=known.known_gaps,
    )


def _known(settings: Settings) -> Noted:
    """What must be there; read before the trail, which grows. A ledger that can't be asked is told by its own part."""
    with contextlib.suppress(errors.LedgerUnavailable):
        return noted(settings)
    return Noted()


def _finding_of(part: str, found: Survey, said: Phrase) -> Finding:
    if found.is_whole:
        return Finding(part=part, level=Level.GOOD, said=said)
    first = found.problems[0]
    said = Phrase(
        "the audit trail is not as it was written: line {line} of {file}", line=first.line, file=first.file
    )
    if first.kind is ProblemKind.CUT:
        said = Phrase(
            "the end of the audit trail is gone, from line {line} of {file} on",
            line=first.line,
            file=first.file,
        )
    return Finding(
        part=part,
        level=Level.BAD,
        said=said,
        advice=typed("dossierd audit verify"),
    )
