"""Numbers of a card's form under no label that is known, close to a person's name or birth date: another's card?

They may be anything, and so they prove nothing; but another's card is the one thing that tells apart two people of one
name and birthday. Where the person's own number is printed as well, or the line says that it is a file's or an
invoice's, nothing is made of them.
"""

import itertools
import re
import string
from collections.abc import Iterable, Iterator, Sequence

from agent.core import reasons
from agent.core.agreement import is_foreign, is_own
from agent.core.dates import is_month
from agent.core.identifiers import compact
from agent.core.mentions import FUNCTION_WORDS, Mention
from agent.core.names import word_set
from agent.domain.decision import Reason
from agent.domain.evidence import Evidence, MarkKind, Passage, PrintedDate, PrintedIdentifier
from agent.domain.identity import Person

_CONNECTORS = word_set("n no nr num numero number de du la is")
_PAPERS = word_set(
    "dossier ref reference facture devis commande contrat sinistre bon lot serie modele vol colis file invoice order"
    " claim batch contract quote booking reservation compte account cheque iban rdv page ipp nda nip iep sejour mrn"
    " hospital visit admission tel telephone fax gsm phone poste siret"
)
"""What has numbers that are nobody's."""
_LEADING = re.compile(r"[^\W\d_]+")
_RUN_INTO_LABEL = re.compile(r"^[^\W\d_]{2,}(?=[^\W\d_]\d{4})")
"""A label and the number that it was run into: `nationalIDS965030`."""
_FEWEST_DIGITS = 4
"""A word of letters and of so many digits or more may be a damaged number."""
_RUN_TOGETHER_DATE = re.compile(r"^\W*(?:\d{1,2})?([^\W\d_]+)\.?(?:(?:19|20)\d\d)?\W*$")
_LONGEST_HEAD, _LONGEST_LABEL = 2, 4
_LONGEST_SUM = 5
_SUM_MARKS = frozenset(",.")
_LENGTH_SLIPS = 2
_SPECKS = "-.,;:"
_ANNOUNCING = frozenset(":°")


class StrangeNumbers:
    """The unlabelled numbers of a document that have, or may have had, the form of a card's."""

    def __init__(self, evidence: Evidence, *, within_lines: int) -> None:
        self._evidence = evidence
        self._within_lines = within_lines
        self._numbers = [number for number in evidence.identifiers if number.proves]
        self._damaged = tuple(self._find_damaged())

    def than(
        self, person: Person, mentions: Sequence[Mention], dates: Sequence[PrintedDate]
    ) -> Iterator[Reason]:
        """The numbers close to a person's name or birth date that are not that person's own.

        What OCR has read may have lost the form; there a length like that of an own number is enough.
        """
        own = {number.kind for number in self._numbers if is_own(number, person)}
        lines = [self._line(part.start) for mention in mentions for part in mention.parts]
        lines += [self._line(date.passage.start) for date in dates]
        for number in self._numbers:
            is_strange = not number.is_labelled and number.kind not in own and is_foreign(number, person)
            if (
                is_strange
                and self._is_beside(number.passage.start, lines)
                and self._is_written_as_card(number)
            ):
                yield reasons.identifier_differs(self._evidence, number)
        for passage, lengths in () if own else self._damaged:
            is_like_own = any(
                abs(len(number.value) - length) <= _LENGTH_SLIPS
                for number, length in itertools.product(person.identifiers, lengths)
            )
            if is_like_own and self._is_beside(passage.start, lines):
                yield reasons.identifier_unread(self._evidence, passage)

    def _find_damaged(self) -> Iterator[tuple[Passage, tuple[int, ...]]]:
        """The words that OCR read as letters and digits mixed, and that are part of no label and no known number.

        Each with how long the number may be: with all that stands before it, and without a label that it was run into.
        """
        tokens = self._evidence.tokens
        kinds = (number for number in self._evidence.identifiers if number.kind is not None)
        taken = {place for number in kinds for place in _places(number.passage)}
        marks = (mark for mark in self._evidence.marks if mark.kind is not MarkKind.CIVILITY)  # `M-220013`
        taken |= {place for mark in marks for place in _places(mark.passage)}
        numbered = (mark.passage for mark in self._evidence.marks if mark.kind is MarkKind.IDENTIFIER)
        labels = {place for passage in numbered for place in _places(passage)}
        for position, token in enumerate(tokens):
            is_first = position == 0 or tokens[position - 1].box != token.box
            if token.confidence is None or not is_first or position in taken:
                continue
            head = "" if position - 1 in labels else self._head(position)
            value = compact(token.printed)
            digits = sum(map(str.isdigit, value))
            is_mixed = digits < len(value) and not _is_run_together(token.printed)
            is_plain = token.printed.strip(_SPECKS).isdigit() and (bool(head) or self._is_announced(position))
            if not (is_mixed or is_plain):
                continue
            if digits >= _FEWEST_DIGITS:
                lengths = len(head + value), len(_RUN_INTO_LABEL.sub("", value))
                yield Passage(start=position, end=position + 1), lengths
            rest = self._parted_from(position)
            if rest and digits > 0 and digits + len(rest) >= _FEWEST_DIGITS:
                yield Passage(start=position, end=position + 2), (len(head + value + rest),)

    def _parted_from(self, position: int) -> str:
        """The digits that OCR may have parted from a number: those of `AB1234 56`."""
        following = self._evidence.tokens[position + 1 : position + 2]
        is_parted = bool(following) and following[0].before == " " and following[0].text.isdigit()
        return following[0].text if is_parted else ""

    def _is_announced(self, position: int) -> bool:
        """Whether a colon or `n°` stands before a number; without letters only such a one is looked at."""
        return not _ANNOUNCING.isdisjoint(self._evidence.tokens[position].before)

    def _head(self, position: int) -> str:
        """The letters of a card's number that stand apart before it, as in `tw 36442`; or run into a label: `CINC`."""
        head = self._evidence.tokens[position - 1] if position else None
        if head is None or not head.text.isalpha() or head.text in FUNCTION_WORDS | _CONNECTORS:
            return ""
        is_run_together = head.printed.isupper() and len(head.text) <= _LONGEST_LABEL
        return head.text if len(head.text) <= _LONGEST_HEAD else head.text[-1] if is_run_together else ""

    def _is_beside(self, position: int, lines: Iterable[int]) -> bool:
        is_close = any(abs(self._line(position) - line) <= self._within_lines for line in lines)
        return is_close and not self._is_of_papers(position)

    def _is_of_papers(self, position: int) -> bool:
        """Whether what stands before a number on its line says that it is a file's, an invoice's, a contract's."""
        place = position - 1
        while place >= 0 and self._evidence.tokens[place].text in _CONNECTORS:
            place -= 1
        is_on_line = place >= 0 and self._line(place) == self._line(position)
        return is_on_line and self._evidence.tokens[place].text in _PAPERS

    def _is_written_as_card(self, number: PrintedIdentifier) -> bool:
        """`AB 123456` and `ab123456`, where OCR read it `ab 123456` too, but not the `de 1250` of a sentence."""
        first = self._evidence.tokens[number.passage.start]
        if _is_run_together(first.printed):
            return False
        following = self._evidence.tokens[number.passage.start + 1 : number.passage.end]
        is_word = first.text in FUNCTION_WORDS | _CONNECTORS and all(
            token.box != first.box for token in following
        )
        is_ocrs = first.confidence is not None and not is_word
        return first.is_name_like or is_ocrs or any(map(str.isdigit, first.text))

    def _line(self, position: int) -> int:
        return self._evidence.tokens[position].line


def _is_run_together(word: str) -> bool:
    """`of145.00`, `04/0/i2024` and `mai2024`: a word of a sentence with a sum, and dates."""
    letters = _LEADING.match(word)
    is_word = letters is not None and len(letters[0]) > 1 and letters[0] in FUNCTION_WORDS
    date = _RUN_TOGETHER_DATE.search(word)
    is_date = "/" in word or (date is not None and is_month(date[1].casefold()))
    is_short = (
        sum(map(str.isdigit, word)) <= _LONGEST_SUM and not word.rstrip(string.punctuation)[-1:].isalpha()
    )
    is_sum = not _SUM_MARKS.isdisjoint(word) or is_short
    return is_date or (is_word and is_sum)


def _places(passage: Passage) -> range:
    return range(passage.start, passage.end)
