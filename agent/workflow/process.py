"""The straight reading of a document's life: read it, find whom it is about, file it or ask.

Watch and intake have claimed the file before; the outbox tells people after. What can go wrong on the way is custody's
business, so that this page reads from top to bottom.
"""

from collections.abc import Sequence

from agent.core.kinds import document_kind
from agent.core.outcomes import outcome_of
from agent.domain.document import DocumentId, DocumentText
from agent.ports import Ports
from agent.workflow.custody import in_custody
from agent.workflow.deciding import Judgement, active_lessons, judge, judge_well_read
from agent.workflow.reading import earlier_turns, read_again, read_text


def process_document(document_id: DocumentId, ports: Ports) -> None:
    """Bring one claimed document to rest: under one person, before a human, or set aside with a reason.

    Raises:
        DossierdError: retryable ones only; the document is handed back untouched.
    """
    with in_custody(document_id, ports) as custody:
        claim = custody.begin()
        if claim is None:
            return

        with custody.step("read", since=earlier_turns(claim, ports)):
            text = read_text(claim, ports)  # text layer, else OCR; in turns, each stored

        def decide(text: DocumentText) -> Judgement:
            with custody.step("decide"):
                denials = ports.ledger.denials(claim.sha256)
                return judge(text, ports.registry, ports.rules, active_lessons(ports), denials)

        def read_once_more(text: DocumentText, pages: Sequence[int]) -> DocumentText:
            with custody.step("read"):
                return read_again(claim, text, pages, ports)  # by another recipe; each is tried once

        text, judged = judge_well_read(
            text, decide=decide, read_again=read_once_more, confidence_floor=ports.rules.confidence_floor
        )

        custody.settle(
            outcome_of(judged.decision, mode=ports.rules.mode, document_kind=document_kind(text)),
            pages=len(text.pages),
            inputs=judged.inputs,
        )
