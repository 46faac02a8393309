"""What humans have denied, and how it is said."""

from dataclasses import replace

from agent.core.denials import denied, in_words
from agent.core.messages import why_asked
from agent.core.voice import ENGLISH
from agent.domain.decision import Ambiguous, Denial
from agent.domain.identity import RecordId
from tests.french import FRENCH

BY_ANNA = Denial(record_id=RecordId("20821"), actor="telegram:anna")
SAID = "The rules would file it under file 20821, but anna has said that it does not belong there."


def test_only_the_record_that_somebody_denied_is_denied() -> None:
    assert denied(RecordId("20818"), [BY_ANNA]) is None
    assert denied(RecordId("20821"), []) is None


def test_a_denial_names_the_record_and_who_said_so() -> None:
    reason = denied(RecordId("20821"), [BY_ANNA])
    assert reason is not None
    assert (reason.code, reason.supports, reason.sentence) == ("denied", False, SAID)


def test_a_question_says_who_denied_in_the_offices_language() -> None:
    reason = denied(RecordId("20821"), [BY_ANNA])
    assert reason is not None
    decision = Ambiguous(candidates=(), reason=reason)
    assert why_asked(decision, voice=ENGLISH) == SAID
    assert why_asked(decision, voice=FRENCH) == (
        "Les règles le classeraient dans le dossier 20821, mais anna a dit qu'il n'y a pas sa place."
    )


def test_a_sentence_of_another_version_stays_as_it_is() -> None:
    assert in_words("Somebody has denied it.", ENGLISH) == "Somebody has denied it."


def test_who_only_took_a_filing_back_has_said_no_more_than_that() -> None:
    reason = denied(RecordId("20821"), [replace(BY_ANNA, was_filed=True)])
    assert reason is not None
    decision = Ambiguous(candidates=(), reason=reason)
    assert why_asked(decision, voice=ENGLISH) == (
        "The rules would file it under file 20821, but anna took it back from there."
    )
    assert why_asked(decision, voice=FRENCH) == (
        "Les règles le classeraient dans le dossier 20821, mais anna l'en a retiré."
    )
