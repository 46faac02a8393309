"""What speaks for or against a person, in sentences that a clinic's secretary understands.

The codes are stable: they are stored, counted and shown. The sentences hold personal data and never go into a log.
"""

import datetime
from collections.abc import Sequence

from agent.core.names import display, spelling_key, tokens
from agent.core.nearness import NearNumber, NearWord
from agent.domain.decision import Reason
from agent.domain.evidence import Evidence, Passage, PrintedDate, PrintedIdentifier
from agent.domain.identity import Person

WEIGHTS = {
    "identifier_same": 6,
    "name_printed": 5,
    "name_learned": 5,
    "birth_date_same": 4,
    "name_as_subject": 3,
    "name_similar": 5,
    "phone_same": 2,
    "name_in_other_role": 1,
    "name_in_part": 1,
    "birth_date_short": 1,
    "birth_date_near": 1,
    "name_near": 3,
    "identifier_near": 4,
}
"""How much each support counts in the order of proposals; no weight ever makes a match."""

AGE_UNCHECKED = "age_unchecked"
"""It keeps a match from being made, and contradicts nobody: in a document without a date any age may be right."""

NAMING = frozenset({"name_printed", "name_learned", "identifier_same"})
"""The document names that person: exactly, or by a number that is theirs alone."""


def name_printed(evidence: Evidence, person: Person, passage: Passage) -> Reason:
    sentence = f"The full name of {display(person)} is printed."
    return _at(evidence, passage, "name_printed", sentence)


def name_learned(evidence: Evidence, person: Person, passage: Passage, lesson: int) -> Reason:
    printed = evidence.printed(passage)
    sentence = (
        f"“{printed}” is printed, which people have confirmed to be {display(person)} (lesson {lesson})."
    )
    return _at(evidence, passage, "name_learned", sentence)


def name_as_subject(evidence: Evidence, passage: Passage) -> Reason:
    sentence = "The name stands where the document says whom it is about."
    return _at(evidence, passage, "name_as_subject", sentence)


def name_in_other_role(evidence: Evidence, person: Person, passage: Passage) -> Reason:
    sentence = f"{display(person)} is named only as a doctor, relative, insured person or place."
    return _at(evidence, passage, "name_in_other_role", sentence)


def name_similar(evidence: Evidence, person: Person, passage: Passage) -> Reason:
    sentence = f"A name much like {display(person)} is printed, but not exactly this one."
    return _at(evidence, passage, "name_similar", sentence)


def name_near(evidence: Evidence, person: Person, words: Sequence[NearWord]) -> Reason:
    """`words` are those that differ, of which there is one at least; several of one printed word are told as one."""
    passages = dict.fromkeys(word.sought.passage for word in words)
    if len(passages) < len(words):
        told = ", ".join(map(evidence.printed, passages))
    else:
        told = ", ".join(
            f"{evidence.printed(word.sought.passage)} for {_as_registered(person, word.key)}"
            for word in words
        )
    sentence = f"A name much like {display(person)} is printed: {told}."
    return _at(evidence, words[0].sought.passage, "name_near", sentence)


def name_in_part(evidence: Evidence, person: Person, passage: Passage) -> Reason:
    return _at(evidence, passage, "name_in_part", f"A part of the name {display(person)} is printed.")


def birth_date_same(evidence: Evidence, date: datetime.date, passage: Passage) -> Reason:
    return _at(evidence, passage, "birth_date_same", f"The birth date {_day(date)} is printed.")


def birth_date_near(evidence: Evidence, date: datetime.date, passage: Passage) -> Reason:
    sentence = f"The printed birth date is very close to {_day(date)}."
    return _at(evidence, passage, "birth_date_near", sentence)


def birth_date_short(evidence: Evidence, date: datetime.date, passage: Passage) -> Reason:
    sentence = f"The birth date {_day(date)} is printed without its century."
    return _at(evidence, passage, "birth_date_short", sentence)


def identifier_same(evidence: Evidence, number: PrintedIdentifier) -> Reason:
    return _at(
        evidence, number.passage, "identifier_same", f"The {_title(number)} {number.value} is printed."
    )


def identifier_near(evidence: Evidence, slip: NearNumber) -> Reason:
    sentence = f"The printed {slip.printed.title} {slip.printed.value} is very close to the registered one, {slip.own}."
    return _at(evidence, slip.printed.passage, "identifier_near", sentence)


def phone_same(evidence: Evidence, number: PrintedIdentifier) -> Reason:
    sentence = "The telephone number is printed; families may share it."
    return _at(evidence, number.passage, "phone_same", sentence)


def birth_date_differs(evidence: Evidence, date: PrintedDate, registered: datetime.date) -> Reason:
    printed = evidence.printed(date.passage)
    sentence = f"The printed birth date {printed} is not the registered one, {_day(registered)}."
    return _at(evidence, date.passage, "birth_date_differs", sentence, supports=False)


def identifier_differs(evidence: Evidence, number: PrintedIdentifier) -> Reason:
    sentence = f"The printed {_title(number)} {number.value} is not the registered one."
    return _at(evidence, number.passage, "identifier_differs", sentence, supports=False)


def birth_date_unread(evidence: Evidence, passage: Passage) -> Reason:
    sentence = f"{evidence.printed(passage)} may be another birth date; it could not be read surely."
    return _at(evidence, passage, "birth_date_unread", sentence, supports=False)


def identifier_unread(evidence: Evidence, passage: Passage) -> Reason:
    sentence = f"{evidence.printed(passage)} may be another number; it could not be read surely."
    return _at(evidence, passage, "identifier_unread", sentence, supports=False)


def age_differs(evidence: Evidence, passage: Passage) -> Reason:
    sentence = f"The printed age {evidence.printed(passage)} does not fit the registered birth date."
    return _at(evidence, passage, "age_differs", sentence, supports=False)


def age_unchecked(evidence: Evidence, passage: Passage) -> Reason:
    sentence = f"{evidence.printed(passage)} is printed as an age, and nothing that it can be checked by."
    return _at(evidence, passage, AGE_UNCHECKED, sentence, supports=False)


def several_birth_dates(evidence: Evidence, passage: Passage) -> Reason:
    sentence = "Two different birth dates are printed in this document."
    return _at(evidence, passage, "several_birth_dates", sentence, supports=False)


def several_identifiers(evidence: Evidence, number: PrintedIdentifier) -> Reason:
    sentence = f"Two different numbers of one kind ({_title(number)}) are printed in this document."
    return _at(evidence, number.passage, "several_identifiers", sentence, supports=False)


def somebody_else(evidence: Evidence, passage: Passage) -> Reason:
    sentence = f"The document also names {evidence.printed(passage)} as the person it is about."
    return _at(evidence, passage, "somebody_else", sentence, supports=False)


def perhaps_somebody_else(evidence: Evidence, passage: Passage) -> Reason:
    sentence = f"“{evidence.printed(passage)}” says that somebody else may be meant."
    return _at(evidence, passage, "perhaps_somebody_else", sentence, supports=False)


def _at(evidence: Evidence, passage: Passage, code: str, sentence: str, *, supports: bool = True) -> Reason:
    page = evidence.tokens[passage.start].page
    return Reason(code=code, supports=supports, sentence=sentence, page=page, box=evidence.box(passage))


def _as_registered(person: Person, key: str) -> str:
    """The word of a name as the office wrote it; of a word that is joined here the parts."""
    for name in (person.last_name, person.first_name, person.birth_name or ""):
        words = name.split()
        if "".join(map(spelling_key, tokens(name))) == key or spelling_key("".join(tokens(name))) == key:
            return name
        for word in words:
            if spelling_key("".join(tokens(word))) == key:
                return word
    return display(person)


def _title(number: PrintedIdentifier) -> str:
    return number.title


def _day(date: datetime.date) -> str:
    return f"{date.day:02}/{date.month:02}/{date.year:04}"
