"""Why a human is asked, where nobody is named or nothing was read."""

from agent.core.messages import why_asked
from agent.core.voice import ENGLISH
from agent.domain.decision import Reason, Unmatched
from tests.custody_builders import candidate, unmatched


def test_nobody_is_named_is_said_only_where_nobody_stands_below_it() -> None:
    assert why_asked(unmatched(), voice=ENGLISH) == "Nobody in the registry is named in it."
    near = Unmatched(reason=unmatched().reason, candidates=(candidate(),))
    assert why_asked(near, voice=ENGLISH) == (
        "Nobody in the registry is clearly named in it; it may be one of these."
    )


def test_a_document_without_text_is_said_to_have_none() -> None:
    blank = Unmatched(reason=Reason(code="no_text", supports=False, sentence=""))
    assert why_asked(blank, voice=ENGLISH) == "No text could be read in it."
