"""Read and decide one document as the daemon does, without a ledger: nothing is kept, nobody else waits."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from agent import errors
from agent.core.rereading import exhausted, reread
from agent.core.rules import Rules
from agent.domain.decision import Decision, Denial
from agent.domain.document import DocumentText, Page
from agent.domain.lesson import Lesson
from agent.domain.outcome import FailureReason
from agent.domain.reading import Wanted
from agent.evaluation.documents import Given, GivenFile, GivenText
from agent.ports import Registry, TextSource
from agent.workflow.deciding import judge, judge_well_read


@dataclass(frozen=True, slots=True, kw_only=True)
class Judge:
    """What decides: the same parts that the daemon has.

    Attributes:
        lessons: those that count.
    """

    text_source: TextSource
    registry: Registry
    rules: Rules
    lessons: Sequence[Lesson] = ()

    def decide(self, given: Given) -> Decision | FailureReason:
        """Decide whose a document is, or say why it can't be read.

        Raises:
            ReaderUnavailable: the machine's fault; nothing can be said of the document.
            RegistryUnavailable: the people can't be searched now.
        """
        match given:
            case GivenText(text=text):
                return judge(text, self.registry, self.rules, self.lessons).decision
            case GivenFile(path=path):
                return self.decide_file(path)

    def decide_file(self, path: Path, denials: Sequence[Denial] = ()) -> Decision | FailureReason:
        """Decide whose a document is that lies in a file.

        Args:
            denials: of its bytes.

        Raises:
            ReaderUnavailable, RegistryUnavailable: as `decide`.
        """
        try:
            text = self._read(path, Wanted())
        except errors.DocumentUnreadable as error:
            return error.failure
        if text.is_ruin:
            return FailureReason.DAMAGED
        _, judged = judge_well_read(
            text,
            decide=lambda text: judge(text, self.registry, self.rules, self.lessons, denials),
            read_again=lambda text, numbers: self._read_again(path, text, numbers),
            confidence_floor=self.rules.confidence_floor,
        )
        return judged.decision

    def _read_again(self, path: Path, text: DocumentText, numbers: Sequence[int]) -> DocumentText:
        """Take another pass over the pages that were tried least; one that comes to nothing takes nothing away."""
        passes = min(text.pages[number - 1].passes for number in numbers)
        least = tuple(number for number in numbers if text.pages[number - 1].passes <= passes)
        try:
            again = self._read(path, Wanted(pages=least, passes=passes))
        except errors.DocumentUnreadable:
            return _with(text, exhausted(text, least))
        return _with(text, reread(text, again.pages))

    def _read(self, path: Path, wanted: Wanted) -> DocumentText:
        turns = self.text_source.read(path, wanted, should_stop=lambda: False)
        pages = {page.number: page for turn in turns for page in turn.pages}
        return DocumentText(pages=tuple(pages[number] for number in sorted(pages)))


def _with(text: DocumentText, better: Sequence[Page]) -> DocumentText:
    pages = {page.number: page for page in (*text.pages, *better)}
    return DocumentText(pages=tuple(pages[number] for number in sorted(pages)))
