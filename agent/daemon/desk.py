"""The desk: carries out what people asked for."""

import threading
from collections.abc import Callable

import structlog

from agent import errors
from agent.app import Parts
from agent.core.replies import done
from agent.daemon import loop
from agent.domain.document import DocumentId, reference
from agent.domain.life import Request, Upshot
from agent.domain.phrase import Command, Phrase
from agent.workflow.review import perform, reply_to

log = structlog.get_logger(__name__)

PAUSE_SECONDS = 0.5
"""How often requests are looked for; a person waits for the answer."""


class Desk:
    """Takes one request at a time; one that can't be done now stays open, and holds up no other."""

    def __init__(
        self,
        parts: Parts,
        stop: threading.Event,
        *,
        still: Callable[[], bool],
        submit: Callable[[DocumentId], None],
        on_done: Callable[[], None],
    ) -> None:
        """Keep what it needs.

        Args:
            still: asked before each request, whether to go on.
            submit: queues a document for the workers.
            on_done: called when a request was carried out: people may have to be told.
        """
        self._parts = parts
        self._stop = stop
        self._still = still
        self._submit = submit
        self._on_done = on_done
        self.in_hands: frozenset[DocumentId] = frozenset()
        """The document that is being moved right now."""

    def turn(self) -> None:
        """Carry out what is open now, then wait a moment."""
        pause = PAUSE_SECONDS
        for request in self._parts.requests.open_requests():
            if not self._still():
                return
            self.in_hands = frozenset(filter(None, [request.document_id]))
            try:
                if not self._carry_out(request):
                    pause = loop.ERROR_PAUSE_SECONDS
            finally:
                self.in_hands = frozenset()
        self._stop.wait(pause)

    def _carry_out(self, request: Request) -> bool:
        """Do what one person asked for. False: it can't be done now."""
        parts = self._parts
        try:
            reply = perform(request, parts.ports, self._submit)
        except errors.DossierdError as error:
            log.warning("request_put_off", document=_reference(request), reason=error.reason)
            return False
        except Exception:  # one request's mistake of ours ends with that request
            log.exception("request_raised", document=_reference(request))
            reply = reply_to(request, _own_error(request), parts.ports.voice)
        in_words = done(request.document_id, reply, parts.ports.voice)
        parts.requests.close_request(request.key, reply, parts.clock.now(), in_words=in_words)
        self._on_done()
        return True


def _reference(request: Request) -> str | None:
    return None if request.document_id is None else reference(request.document_id)


def _own_error(request: Request) -> Upshot:
    named = _reference(request)
    where = Command("status" if named is None else f"show {named}")
    return Upshot(
        done=False,
        phrases=(
            Phrase("dossierd met an error of its own, which is in the log."),
            Phrase("What became of it: {command}", command=where),
        ),
    )
