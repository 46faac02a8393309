"""What each line of the log bears while something is done with a document: its ids, and never another's."""

from contextlib import AbstractContextManager

import structlog

from agent.domain.life import Document


def about(document: Document) -> AbstractContextManager[None]:
    """Let every line of this thread bear a document's number, correlation id and epoch until the end."""
    return structlog.contextvars.bound_contextvars(
        document=document.reference, correlation_id=document.correlation_id, epoch=document.epoch
    )
