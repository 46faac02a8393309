"""Why a human is asked, where nobody is named."""

from agent.core.messages import why_asked
from agent.core.voice import ENGLISH
from agent.domain.decision import Unmatched
from tests.custody_builders import candidate, unmatched


def test_nobody_is_named_is_said_only_where_nobody_stands_below_it() -> None:
    assert why_asked(unmatched(), voice=ENGLISH) == "Nobody in the registry is named in it."
    near = Unmatched(reason=unmatched().reason, candidates=(candidate(),))
    assert why_asked(near, voice=ENGLISH) == (
        "Nobody in the registry is clearly named in it; it may be one of these."
    )
