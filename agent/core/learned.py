"""What active lessons change before a text is read: labels that are known, and names that people go by."""

from collections.abc import Iterable, Sequence
from dataclasses import replace

from agent.core.labels import phrases_of
from agent.core.names import are_compatible, tokens
from agent.core.vocabulary import Vocabulary
from agent.domain.evidence import Evidence, MarkKind
from agent.domain.identity import Person, RecordId, Spelling
from agent.domain.lesson import Alias, Label, Lesson, Teaching, Unreadable


def vocabulary_with(vocabulary: Vocabulary, lessons: Iterable[Lesson]) -> Vocabulary:
    """Add the labels that were learned, but for those that have come to be known with another meaning."""
    learned = tuple(
        phrase
        for lesson in lessons
        if isinstance(lesson.teaching, Label) and not is_known_otherwise(lesson.teaching, vocabulary)
        for phrase in phrases_of(lesson.teaching.words, lesson.teaching.announces, lesson.teaching.identifier)
    )
    return replace(vocabulary, labels=(*vocabulary.labels, *learned)) if learned else vocabulary


def is_known_otherwise(label: Label, vocabulary: Vocabulary) -> bool:
    """Whether a phrase has a meaning already; one that only vetoes may still be taught to announce."""
    words = tuple(label.words.split())
    return any(
        phrase.tokens == words and phrase.kind not in (MarkKind.PARTY, label.announces)
        for phrase in vocabulary.phrases.get(words[0], ())
    )


def called(evidence: Evidence, lessons: Iterable[Lesson]) -> tuple[RecordId, ...]:
    """The records that a learned spelling may name here: all its words are printed somewhere."""
    printed = {token.text for token in evidence.tokens}
    return tuple(
        dict.fromkeys(
            lesson.teaching.record_id
            for lesson in lessons
            if isinstance(lesson.teaching, Alias) and printed >= set(tokens(lesson.teaching.printed))
        )
    )


def people_with(people: Sequence[Person], lessons: Sequence[Lesson]) -> tuple[Person, ...]:
    """Give people the spellings that were learned of them, but for those that their record has outlived.

    One that fits somebody else too is marked as shared.
    """
    taught: dict[RecordId, list[Lesson]] = {}
    for lesson in lessons:
        if isinstance(lesson.teaching, Alias):
            taught.setdefault(lesson.teaching.record_id, []).append(lesson)
    return tuple(
        replace(
            person,
            spellings=tuple(
                _spelling(lesson, people)
                for lesson in taught[person.record_id]
                if not is_outlived(lesson.teaching, person)
            ),
        )
        if person.record_id in taught
        else person
        for person in people
    )


def is_outlived(teaching: Teaching | Unreadable, person: Person) -> bool:
    """Whether a record has another name by now than when a spelling of it was taught: it may be somebody else's.

    So it may where that name was not kept. The next answer teaches the spelling anew.
    """
    if not isinstance(teaching, Alias):
        return False
    if teaching.registered is None:
        return True
    was = Person(
        record_id=teaching.record_id,
        last_name=teaching.registered.last_name,
        first_name=teaching.registered.first_name,
        birth_name=teaching.registered.birth_name,
    )
    return not are_compatible(was, replace(person, spellings=()))


def bearers(alias: Alias, people: Iterable[Person]) -> tuple[Person, ...]:
    """The others whom a spelling may mean."""
    spelled = Person(record_id=alias.record_id, last_name=alias.last_name, first_name=alias.first_name)
    return tuple(
        person for person in people if person.record_id != alias.record_id and are_compatible(spelled, person)
    )


def concerning(lessons: Iterable[Lesson], people: Iterable[Person], evidence: Evidence) -> tuple[Lesson, ...]:
    """The lessons that can have had a part in a decision."""
    records = {person.record_id for person in people}
    labels = {
        " ".join(token.text for token in evidence.tokens[mark.passage.start : mark.passage.end])
        for mark in evidence.marks
    }
    return tuple(
        lesson
        for lesson in lessons
        if (isinstance(lesson.teaching, Alias) and lesson.teaching.record_id in records)
        or (isinstance(lesson.teaching, Label) and _is_among(lesson.teaching, labels))
    )


def _is_among(label: Label, labels: set[str]) -> bool:
    return any(
        " ".join(phrase.tokens) in labels
        for phrase in phrases_of(label.words, label.announces, label.identifier)
    )


def _spelling(lesson: Lesson, people: Iterable[Person]) -> Spelling:
    alias = lesson.teaching
    assert isinstance(alias, Alias)
    return Spelling(
        last_name=alias.last_name,
        first_name=alias.first_name,
        lesson=lesson.number,
        is_shared=bool(bearers(alias, people)),
    )
