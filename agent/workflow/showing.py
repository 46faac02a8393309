"""Show people the printed lines that a question rests on, when they ask for them, and take the picture away again.

The ledger keeps which lines are shown where, never a picture: that is drawn when it is delivered, in the fence. A turn
compares what is kept with the questions that stand, so that a death at any point repeats a comparison. A picture is put
only into a message whose receipt is kept by then, and so can always be taken away. While the ledger can't take such a
receipt, as on a full disk, nothing more is sent.
"""

import datetime
import random
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import replace

import structlog

from agent import errors
from agent.asked import Questions
from agent.core import showing as words
from agent.core.snippets import crop_of
from agent.domain.document import DocumentId, reference
from agent.domain.life import Review
from agent.domain.message import Blame, Message
from agent.domain.question import Question
from agent.domain.snippet import Showing, ShowingId, Undrawn, Unshown
from agent.ports import Ports
from agent.shown import Pictures, Showings
from agent.workflow.outbox import pause_seconds

log = structlog.get_logger(__name__)

SHOWN_FOR = datetime.timedelta(hours=24)
"""At most."""
TRIED_FOR = datetime.timedelta(hours=48)
"""In a chat that is closed to us; Telegram lets bots delete for as long (https://core.telegram.org/bots/api#deletemessage)."""
MOST_TRIES = 5
"""How often this machine is given another chance to draw: for a minute, about, and anew after a start."""
MOST_PLACES = 8
"""How often a place for a picture is sent without a reply, while the channel answers all else: for four minutes, about.
Each may stand in the chat, and nobody could take it away."""


class Snippets:
    """What is shown in the chats.

    Args:
        answers: whether a recipient's channel answers something else just now.
        should_stop: asked before each picture, and while one is drawn.
        jitter: a number from 0 to 1 that spreads the attempts.
    """

    def __init__(
        self,
        ports: Ports,
        questions: Questions,
        showings: Showings,
        pictures: Pictures,
        *,
        answers: Callable[[str], bool],
        should_stop: Callable[[], bool],
        jitter: Callable[[], float] = random.random,
    ) -> None:
        self._ports = ports
        self._questions = questions
        self._showings = showings
        self._pictures = pictures
        self._answers = answers
        self._should_stop = should_stop
        self._jitter = jitter
        self._unkept: dict[ShowingId, str] = {}
        self._undrawn: Counter[ShowingId] = Counter()
        self._unplaced: Counter[ShowingId] = Counter()
        self._removing: set[ShowingId] = set()

    def ask(self, key: str, question: Question, recipient: str, beside: str | None) -> bool:
        """Keep that somebody wants to see it; False when it stands in that chat already, or is on its way.

        Args:
            key: of the press; pressing twice is asking once.
            beside: the receipt of the message whose button was pressed.
        """
        return self._showings.ask(key, question.question_id, recipient, beside, self._ports.clock.now())

    def turn(self) -> bool:
        """Show and take away what is due; gives whether something is to be said instead.

        Raises:
            LedgerUnavailable: later.
        """
        for showing_id, receipt in list(self._unkept.items()):
            self._keep(showing_id, receipt)
        has_said = False
        for showing in self._showings.due(self._ports.clock.now()):
            if self._should_stop():
                break
            try:
                has_said |= self._see_to(showing)
            except errors.LedgerUnavailable:
                raise
            except errors.ReadingStopped:
                break
            except errors.DossierdError as error:
                self._put_off(showing, error)
            except Exception:  # one picture's mistake of ours keeps no other from being taken away
                log.exception("showing_raised")
                self._put_off(showing, None)
        return has_said

    def _see_to(self, showing: Showing) -> bool:
        standing = self._standing(showing)
        if standing is None:
            self._take_away(showing)
            return False
        return not showing.is_drawn and self._show(showing, *standing)

    def _standing(self, showing: Showing) -> tuple[Question, Review] | None:
        """The question that it belongs to, and its review; None when it is to be seen no longer."""
        if self._stands_for(showing, SHOWN_FOR):
            return None
        question, stands = self._of(showing)
        review = self._ports.ledger.review(question.document_id)
        return (question, review) if stands and review and review.epoch == question.epoch else None

    def _of(self, showing: Showing) -> tuple[Question, bool]:
        found = self._questions.question(showing.question_id)
        assert found is not None  # no question is ever removed
        return found

    # --- Showing

    def _show(self, showing: Showing, question: Question, review: Review) -> bool:
        """Put the picture into the chat; gives whether a sentence comes instead."""
        ports, document_id = self._ports, question.document_id
        made = self._drawn(showing, document_id, review)
        if not isinstance(made, tuple):
            return self._say_instead(showing, document_id, made)
        if self._standing(showing) is None:
            return False  # decided meanwhile: the next turn ends it
        picture, page = made
        receipt = showing.receipt
        told = {"document": reference(document_id), "showing": showing.showing_id, "page": page}
        ports.journal.append("showing_picture", ports.clock.now(), **told)
        try:
            if receipt is None:
                place = words.placeholder(document_id, page, ports.voice)
                receipt = self._pictures.hold_place(place, showing.recipient, beside=showing.beside)
                self._keep(showing.showing_id, receipt)
            caption = words.caption(document_id, page, ports.voice)
            self._pictures.show(receipt, picture, caption, showing.recipient)
        except errors.MessageRefused as error:
            log.warning("snippet_refused", document=reference(document_id), reason=error.reason)
            ports.journal.append("picture_refused", ports.clock.now(), reason=error.reason, **told)
            return self._say_instead(replace(showing, receipt=receipt), document_id, Unshown.REFUSED)
        except errors.NotifierUnavailable as error:
            if receipt is None and self._is_hopeless(showing, error):
                return self._say_instead(showing, document_id, Unshown.REFUSED)
            raise
        ports.journal.append("picture_shown", ports.clock.now(), receipt=receipt, **told)
        self._showings.draw(showing.showing_id, ports.clock.now())
        log.info("snippet_shown", document=reference(document_id), receipt=receipt)
        return False

    def _is_hopeless(self, showing: Showing, error: errors.NotifierUnavailable) -> bool:
        """Count a place that was sent for nothing; an outage counts for nothing. Gives whether to send no more."""
        if error.blame is not None and self._answers(showing.recipient):
            self._unplaced[showing.showing_id] += 1
        return self._unplaced[showing.showing_id] >= MOST_PLACES

    def _keep(self, showing_id: ShowingId, receipt: str) -> None:
        """Write down which message is the picture's, and hold the receipt until the ledger has taken it."""
        self._unkept[showing_id] = receipt
        self._showings.place(showing_id, receipt, self._ports.clock.now())
        del self._unkept[showing_id]

    def _drawn(
        self, showing: Showing, document_id: DocumentId, review: Review
    ) -> tuple[bytes, int] | Undrawn | Unshown:
        """Draw the lines; gives the picture and its page's number.

        Raises:
            ReadingStopped, StorageUnavailable, ReaderUnavailable: later.
        """
        ports = self._ports
        document = ports.ledger.document(document_id)
        if ports.snippets is None or self._undrawn[showing.showing_id] >= MOST_TRIES:
            return Unshown.UNAVAILABLE
        if document is None or document.sha256 is None or document.location is None:
            return Unshown.GONE
        text = ports.ledger.text(document_id, document.sha256)
        crop = None if text is None else crop_of(review.decision, text)
        if crop is None:
            return Unshown.UNREAD
        try:
            if ports.folders.fingerprint(document.location)[0] != document.sha256:
                return Unshown.GONE
            path = ports.folders.path(document.location)
            made = ports.snippets.snippet(path, crop, should_stop=self._should_stop)
        except errors.FileVanished:
            return Unshown.GONE
        return (made, crop.page) if isinstance(made, bytes) else made

    def _say_instead(self, showing: Showing, document_id: DocumentId, why: Undrawn | Unshown) -> bool:
        error = self._remove(showing, document_id)
        sentence = words.not_shown(document_id, why, self._ports.voice)
        self._end(showing, [(showing.recipient, sentence)], error)
        log.info("snippet_not_shown", document=reference(document_id), reason=str(why))
        return True

    # --- Taking away

    def _take_away(self, showing: Showing) -> None:
        question, _ = self._of(showing)
        self._end(showing, error=self._remove(showing, question.document_id))

    def _remove(self, showing: Showing, document_id: DocumentId) -> str | None:
        """Take the message away, if there is one; gives why that will never be possible, if it won't.

        Raises:
            NotifierUnavailable: later.
            MessageRefused: not while the chat is closed to us; it may be open again in time.
        """
        if showing.receipt is None:
            return None
        gone = words.taken_away(document_id, self._ports.voice)
        if showing.showing_id not in self._removing:  # once, however often it is tried
            self._note("removing_picture", showing, document_id)
            self._removing.add(showing.showing_id)
        try:
            self._pictures.take_away(showing.receipt, gone, showing.recipient)
        except errors.MessageRefused as error:
            if error.blame is Blame.RECIPIENT and not self._stands_for(showing, TRIED_FOR):
                raise
            log.warning("snippet_left_standing", document=reference(document_id), receipt=showing.receipt)
            self._note("picture_left", showing, document_id)
            return error.sentence
        self._note("picture_removed", showing, document_id)
        log.info("snippet_taken_away", document=reference(document_id), receipt=showing.receipt)
        return None

    def _note(self, event: str, showing: Showing, document_id: DocumentId) -> None:
        """Tell the audit trail; a disk that refuses lets no picture stand longer."""
        told = {"document": reference(document_id), "showing": showing.showing_id, "receipt": showing.receipt}
        try:
            self._ports.journal.note(event, self._ports.clock.now(), **told)
        except errors.StorageUnavailable as error:
            log.warning("picture_untold", document=reference(document_id), reason=error.reason)

    def _stands_for(self, showing: Showing, time: datetime.timedelta) -> bool:
        since = showing.placed_at
        return since is not None and self._ports.clock.now() - since >= time

    def _end(
        self, showing: Showing, messages: Sequence[tuple[str, Message]] = (), error: str | None = None
    ) -> None:
        self._showings.end(showing.showing_id, self._ports.clock.now(), messages=messages, error=error)
        for counted in (self._undrawn, self._unplaced):
            counted.pop(showing.showing_id, None)
        self._removing.discard(showing.showing_id)

    def _put_off(self, showing: Showing, error: errors.DossierdError | None) -> None:
        """Try again later; what the channel is not to blame for is counted.

        Args:
            error: None for a mistake of ours.
        """
        if not isinstance(error, (errors.NotifierUnavailable, errors.MessageRefused)):
            self._undrawn[showing.showing_id] += 1
        asked = error.retry_after_seconds if isinstance(error, errors.NotifierUnavailable) else None
        pause = pause_seconds(showing.attempts, asked, self._jitter())
        now = self._ports.clock.now()
        self._showings.postpone(showing.showing_id, now + datetime.timedelta(seconds=pause), now)
        if error is not None:
            log.warning("showing_postponed", reason=error.reason, pause_seconds=round(pause, 1))
