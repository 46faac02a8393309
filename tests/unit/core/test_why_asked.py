"""Why a human is asked, where nobody is named or nothing was read."""

from agent.core.messages import why_asked
from agent.core.rules import Rules
from agent.core.voice import ENGLISH
from agent.domain.decision import Reason, Unmatched
from agent.workflow.deciding import judge
from tests.builders import person, text_of
from tests.custody_builders import candidate, unmatched
from tests.fakes_registry import FakeRegistry


def test_nobody_is_named_is_said_only_where_nobody_stands_below_it() -> None:
    assert why_asked(unmatched(), voice=ENGLISH) == "Nobody in the registry is named in full in it."
    near = Unmatched(reason=unmatched().reason, candidates=(candidate(),))
    assert why_asked(near, voice=ENGLISH) == (
        "Nobody in the registry is clearly named in it; it may be one of these."
    )


def test_a_document_without_text_is_said_to_have_none() -> None:
    blank = Unmatched(reason=Reason(code="no_text", supports=False, sentence=""))
    assert why_asked(blank, voice=ENGLISH) == "No text could be read in it."


def test_a_family_name_alone_names_nobody_in_full() -> None:
    people = [person("Moreau", first_name) for first_name in ("Anne", "Luc", "Marie", "Paul")]
    decision = judge(text_of("Patient : M. MOREAU"), FakeRegistry(people), Rules()).decision
    assert why_asked(decision, voice=ENGLISH) == "Nobody in the registry is named in full in it."
