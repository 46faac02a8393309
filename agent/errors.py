"""What goes wrong outside, as one tree. Expected results (a damaged PDF, an ambiguous name) are values, not errors.

    DossierdError             reason, retryable, hint
      SettingInvalid          a setting is wrong: the start is refused
      HomeError
        HomeLocked            another daemon works in this home
        HomeForeign           the home, or its claim folder, belongs to another daemon
        HomeUnusable          a folder can't be made, written or renamed in
      CustodyError
        FileChanged           the bytes are not those that were hashed            retryable
        FileVanished          the file is not where the ledger has it
        DestinationTaken      another file stands where this one belongs
        StorageUnavailable    disk full, read-only, input/output error            retryable
      ReadingError
        DocumentUnreadable    the document's own fault: a failure reason, final
        ReaderUnavailable     our fault or the machine's: no tesseract, no memory retryable
        ReadingStopped        a stop was asked for while it was read              retryable
        ReadingYielded        it makes way for others and goes on after them      retryable
      RegistryUnavailable     no registry, or it can't be searched                retryable
      RegistryChanged         it changed between decision and filing              retryable
      RegistryInvalid         a registry that can't be taken in, with its bad lines or records
      EvaluationInvalid       people, documents or a truth that can't be evaluated
      NotifierUnavailable     a message can't be delivered now                    retryable
      MessageRefused          this message will never be delivered to this recipient
      LedgerUnavailable       the database can't be used now                      retryable
        LedgerEmpty           a ledger without anything, in a home that has worked
      LeaseLost               another host took over; this run may act no more    retryable
      RequestRefused          what was asked for is not possible; the sentence says why

No error's text holds personal data or a secret: ids, kinds, numbers and names of settings only.
"""

from typing import ClassVar

from agent.domain.message import Blame
from agent.domain.outcome import FailureReason
from agent.domain.phrase import Phrase, in_a_row, plain


class DossierdError(Exception):
    """Base of all errors that cross a port.

    Attributes:
        reason: a stable word for logs and journals.
        retryable: whether the same call can succeed later without anybody's help.
        hint: what the user can do about it.
        said: the sentence, as chats put it into their language.
        advice: the hint, likewise.
    """

    reason: ClassVar[str] = "error"
    retryable: ClassVar[bool] = False

    def __init__(self, sentence: str | Phrase, *, hint: str | Phrase = "") -> None:
        self.said = sentence
        self.advice = hint
        self.sentence = str(sentence)
        self.hint = str(hint)
        super().__init__(self.sentence)


class SettingInvalid(DossierdError):
    reason = "setting_invalid"


class HomeError(DossierdError):
    reason = "home_error"


class HomeLocked(HomeError):
    reason = "home_locked"


class HomeForeign(HomeError):
    reason = "home_foreign"


class HomeUnusable(HomeError):
    reason = "home_unusable"


class CustodyError(DossierdError):
    reason = "custody_error"


class FileChanged(CustodyError):
    reason = "file_changed"
    retryable = True


class FileVanished(CustodyError):
    reason = "file_vanished"


class DestinationTaken(CustodyError):
    reason = "destination_taken"


class StorageUnavailable(CustodyError):
    reason = "storage_unavailable"
    retryable = True


class ReadingError(DossierdError):
    reason = "reading_error"


class DocumentUnreadable(ReadingError):
    """The document can't be read, and will not be readable next time.

    Attributes:
        failure: the reason that the document fails with.
        detail: a limit, a page number, a signal; no personal data.
    """

    reason = "document_unreadable"

    def __init__(self, failure: FailureReason, detail: str | None = None) -> None:
        super().__init__(f"{failure}: {detail}" if detail else str(failure))
        self.failure = failure
        self.detail = detail


class ReaderUnavailable(ReadingError):
    reason = "reader_unavailable"
    retryable = True


class ReadingStopped(ReadingError):
    reason = "reading_stopped"
    retryable = True


class ReadingYielded(ReadingError):
    """No fault of anybody's: the document was read for a turn, and others wait for theirs."""

    reason = "reading_yielded"
    retryable = True


class RegistryUnavailable(DossierdError):
    reason = "registry_unavailable"
    retryable = True


class RegistryChanged(DossierdError):
    reason = "registry_changed"
    retryable = True


class RegistryInvalid(DossierdError):
    """A registry that was refused as a whole; nothing of it was imported.

    Attributes:
        problems: where (a line's number, 1 is the header; or words such as `record 4711`) and what is wrong there, in
            the source's order.
    """

    reason = "registry_invalid"

    def __init__(
        self,
        sentence: str | Phrase,
        *,
        problems: tuple[tuple[int | str, str], ...] = (),
        hint: str | Phrase = "",
    ) -> None:
        super().__init__(sentence, hint=hint)
        self.problems = problems


class NotifierUnavailable(DossierdError):
    """The channel is down or asks for patience.

    Attributes:
        retry_after_seconds: what the channel asked for; None when it said nothing.
        blame: whose it is if the channel answers others meanwhile; None when that would prove nothing.
    """

    reason = "notifier_unavailable"
    retryable = True

    def __init__(
        self,
        sentence: str | Phrase,
        *,
        retry_after_seconds: float | None = None,
        blame: Blame | None = None,
        hint: str | Phrase = "",
    ) -> None:
        super().__init__(sentence, hint=hint)
        self.retry_after_seconds = retry_after_seconds
        self.blame = blame


class MessageRefused(DossierdError):
    """A message will never be delivered.

    Attributes:
        blame: whether to this recipient no other will be either.
    """

    reason = "message_refused"

    def __init__(
        self, sentence: str | Phrase, *, blame: Blame = Blame.RECIPIENT, hint: str | Phrase = ""
    ) -> None:
        super().__init__(sentence, hint=hint)
        self.blame = blame


class LedgerUnavailable(DossierdError):
    reason = "ledger_unavailable"
    retryable = True


class LedgerEmpty(LedgerUnavailable):
    reason = "ledger_empty"
    retryable = False


class LeaseLost(DossierdError):
    """This run was silent for too long: others have fenced it off, or may do so at any moment. It must end.

    Retryable for a document, which the other host goes on with; never for the run.
    """

    reason = "lease_lost"
    retryable = True

    def __init__(self) -> None:
        super().__init__(
            Phrase("This daemon gave no sign of life for too long, and may act no more."),
            hint=Phrase("Another host took over; this one restarts by itself."),
        )


class EvaluationInvalid(DossierdError):
    """A file that `dossierd eval` was given can't be used.

    Attributes:
        problems: as those of `RegistryInvalid`, where the people can't be taken in.
    """

    reason = "evaluation_invalid"

    def __init__(
        self,
        sentence: str | Phrase,
        *,
        problems: tuple[tuple[int | str, str], ...] = (),
        hint: str | Phrase = "",
    ) -> None:
        super().__init__(sentence, hint=hint)
        self.problems = problems


class RequestRefused(DossierdError):
    """What was asked for is not possible.

    Attributes:
        phrases: why, for whoever asked, in a chat or on the command line.
    """

    reason = "request_refused"

    def __init__(self, *why: Phrase | str, hint: str | Phrase = "") -> None:
        self.phrases = tuple(it if isinstance(it, Phrase) else plain(it) for it in why)
        super().__init__(in_a_row(*self.phrases), hint=hint)


class IdentitiesChanged(RequestRefused):
    """Many record ids would name somebody else than before, and nobody has confirmed that."""
