"""Chooses how documents come to this host's workers: by themselves, or as jobs where hosts share a ledger."""

from collections.abc import Callable

from agent.adapters.dispatch import Dispatcher, LocalDispatcher, QueueDispatcher
from agent.app import Parts
from agent.domain.document import DocumentId
from agent.workflow.recovery import is_suspect


def dispatcher_of(parts: Parts, work: Callable[[DocumentId], None], workers: int) -> Dispatcher:
    """Build what hands documents to `workers` threads; nothing runs yet."""
    if parts.jobs is None:
        return LocalDispatcher(work, workers)

    def must_run_alone(document_id: DocumentId) -> bool:
        document = parts.ledger.document(document_id)
        return document is not None and is_suspect(document)

    return QueueDispatcher(
        work,
        workers,
        jobs=parts.jobs,
        address=parts.jobs.address(),
        is_suspect=must_run_alone,
        was_begun=lambda document_id: document_id in parts.ledger.readings_under_way(),
        probe=parts.folders.probe,
        lease_seconds=parts.settings.lease_seconds,
    )
