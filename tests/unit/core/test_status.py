"""How the work goes, in a line."""

import datetime

from agent.core.status import status_line
from agent.core.voice import ENGLISH
from agent.domain.outcome import State
from agent.domain.pause import Pause
from tests.french import FRENCH

NOON = datetime.datetime(2026, 3, 1, 12, 0, tzinfo=datetime.UTC)
COUNTS = {State.IN_REVIEW: 1, State.ARCHIVED: 3, State.FAILED: 0}


def test_documents_are_counted_by_where_they_are() -> None:
    assert status_line(COUNTS, ENGLISH, waiting=2) == "in line: 2 · in review: 1 · archived: 3"
    assert status_line({}, ENGLISH, waiting=0) == "in line: 0"


def test_what_holds_them_up_comes_first_in_the_language_of_the_office() -> None:
    pause = Pause(begun_at=NOON, begun_by="cli:anna", ends_at=None)
    told = status_line(COUNTS, FRENCH, waiting=2, stuck=1, pause=pause, is_shut=True)
    assert told.replace("\N{NO-BREAK SPACE}", " ") == (
        "aucun nouveau document n'est pris en charge · mis en pause par anna le 01/03/2026 à 12:00 · "
        "dans la file : 2 · bloqués : 1 · en attente de réponse : 1 · classé : 3"
    )
