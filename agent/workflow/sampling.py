"""The weekly sample: choose, ask now and then, note what people say, and close what nobody answers.

All of it is rows. A death between two steps is mended by the next turn: a week is chosen from once, and each filing is
asked about in the transaction that says that it was. What is asked here is no open question, and holds up none.
"""

import datetime
from collections.abc import Callable

import structlog

from agent import errors
from agent.core import desk
from agent.core.sample_cards import judged_card, sample_card
from agent.core.sampling import choose, is_over, monday_of, next_to_ask, stands, taken_back
from agent.domain.document import reference
from agent.domain.life import Document, Request, Upshot
from agent.domain.message import Message
from agent.domain.phrase import Phrase
from agent.domain.sampling import Drawn, Judged, Sampled, Verdict
from agent.ports import Ports
from agent.workflow.learning import take_back
from agent.workflow.refiling import back_to_review, is_since

log = structlog.get_logger(__name__)

_OURSELVES = "dossierd"


def tend_sample(ports: Ports, size: int, *, is_quiet: Callable[[datetime.datetime], bool]) -> bool:
    """Do what is due; gives whether there may be something to send.

    Args:
        size: how many are chosen a week; with 0 nobody is asked, and what was asked before is still closed.
        is_quiet: whether people are not to be disturbed at that moment.

    Raises:
        LedgerUnavailable, StorageUnavailable: it is as due as before.
    """
    if size:
        _draw(ports, size)
    said = False
    for sampled in ports.samples.waiting():
        judged = _judged(sampled, ports)
        if judged is not None:
            _write_down(sampled, judged, ports)
            said |= ports.samples.judge(sampled, judged, _said_of(sampled, judged, ports), ports.clock.now())
    now = ports.clock.now()
    if size and not is_quiet(now):
        said |= _ask_next(ports, now)
    return said


def judge(request: Request, document: Document, ports: Ports) -> Upshot:
    """Note what a human says of a filing in the sample; what is wrong goes back to review, at whatever time.

    Raises:
        RequestRefused: it is in no sample, was judged before, or has been changed since.
    """
    sampled = ports.samples.of(document.document_id)
    if sampled is None or request.argument not in {Verdict.RIGHT, Verdict.WRONG}:
        raise errors.RequestRefused(*desk.not_sampled(document))
    verdict = Verdict(request.argument)
    if sampled.verdict is not None:
        return _judged_already(request, document, sampled, verdict)
    settled = ports.ledger.settled(document.document_id)
    back = taken_back(sampled, settled)
    if back is not None:
        if verdict is Verdict.RIGHT or back.by != request.actor or back.at < request.requested_at:
            raise errors.RequestRefused(*desk.changed(document))
    elif not stands(sampled, document, settled) or not _is_meant(request, sampled, document):
        raise errors.RequestRefused(*desk.changed(document))
    judged = back or Judged(verdict=verdict, by=request.actor, at=ports.clock.now())
    _write_down(sampled, judged, ports)
    phrases: tuple[Phrase, ...] = ()
    if verdict is Verdict.WRONG:
        if back is None:
            back_to_review(document, request, ports)
        phrases = take_back(request, ports)
    if not ports.samples.judge(sampled, judged, _said_of(sampled, judged, ports), ports.clock.now()):
        closed = ports.samples.of(document.document_id)  # its time was over in this very moment
        assert closed is not None
        return _judged_already(request, document, closed, verdict)
    return Upshot(done=True, phrases=(_noted(document, verdict), *phrases))


def _draw(ports: Ports, size: int) -> None:
    """Choose this week's sample, once. The first week only begins: what was filed before is not asked about."""
    now = ports.clock.now()
    monday = monday_of(now, ports.voice.timezone)
    last = ports.samples.last(monday)
    if last is not None and last.monday == monday:
        return
    chosen = () if last is None else choose(ports.samples.pool(last.until, now), size, monday)
    if chosen:
        ports.journal.append(
            "sample_drawn",
            now,
            week=monday.isoformat(),
            documents=[reference(filing.document_id) for filing in chosen],
        )
    if ports.samples.draw(Drawn(monday=monday, until=now), chosen):
        log.info("sample_drawn", count=len(chosen))


def _judged(sampled: Sampled, ports: Ports) -> Judged | None:
    """What became of a filing without anybody having pressed; None while it waits."""
    now = ports.clock.now()
    back = taken_back(sampled, ports.ledger.settled(sampled.document_id))
    if back is None and is_over(sampled, now):
        return Judged(verdict=Verdict.UNANSWERED, by=_OURSELVES, at=now)
    return back


def _ask_next(ports: Ports, now: datetime.datetime) -> bool:
    found = [(sampled, ports.ledger.document(sampled.document_id)) for sampled in ports.samples.waiting()]
    lying = {
        sampled: document for sampled, document in found if document and _lies_there(sampled, document, ports)
    }
    sampled = next_to_ask(tuple(lying), ports.samples.last_posted_at(), now)
    if sampled is None:
        return False
    document = lying[sampled]
    assert document.sha256 is not None
    reading = ports.ledger.reading(document.document_id, document.sha256)
    card = sample_card(
        sampled, document, pages=None if reading is None else reading.page_count, voice=ports.voice
    )
    ports.journal.append(
        "sample_asked", now, document=document.reference, epoch=sampled.epoch, week=sampled.monday.isoformat()
    )
    is_asked = ports.samples.post(sampled, _everywhere(card, ports), now)
    if is_asked:
        log.info("sample_asked", document=document.reference)
    return is_asked


def _lies_there(sampled: Sampled, document: Document, ports: Ports) -> bool:
    return stands(sampled, document, ports.ledger.settled(document.document_id))


def _is_meant(request: Request, sampled: Sampled, document: Document) -> bool:
    """Whether somebody judges the filing that stands; a button names the epoch in which it was chosen."""
    return request.epoch in {None, sampled.epoch, document.epoch}


def _said_of(sampled: Sampled, judged: Judged, ports: Ports) -> list[tuple[str, Message]]:
    return _everywhere(judged_card(sampled, judged, ports.voice), ports)


def _write_down(sampled: Sampled, judged: Judged, ports: Ports) -> None:
    ports.journal.append(
        "sample_judged",
        ports.clock.now(),
        document=reference(sampled.document_id),
        epoch=sampled.epoch,
        week=sampled.monday.isoformat(),
        verdict=judged.verdict,
        actor=judged.by,
    )


def _everywhere(message: Message, ports: Ports) -> list[tuple[str, Message]]:
    return [(recipient, message) for recipient in ports.recipients]


def _noted(document: Document, verdict: Verdict) -> Phrase:
    if verdict is Verdict.RIGHT:
        return Phrase("Noted: {document} is filed rightly.", document=document.reference)
    return Phrase("Noted: {document} was filed wrongly. It is back in review.", document=document.reference)


def _judged_already(request: Request, document: Document, sampled: Sampled, verdict: Verdict) -> Upshot:
    """Say who was quicker; our own word, repeated after a crash, is done."""
    is_our_own = sampled.judged_by == request.actor and is_since(sampled.judged_at, request)
    if is_our_own and sampled.verdict is verdict:
        return Upshot(done=True, phrases=(_noted(document, verdict),))
    raise errors.RequestRefused(*desk.judged(document, sampled))
