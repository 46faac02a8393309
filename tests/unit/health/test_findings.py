"""What a part says of itself can be said in French: the check that holds every test of health to it sees what can't."""

import ast
from pathlib import Path

import pytest

from agent import health
from agent.domain.phrase import NOTHING, Phrase, plain
from agent.health import Finding, Level
from tests.findings import each_in_french, english_of

pytestmark = pytest.mark.observability


@pytest.mark.parametrize(
    ("said", "advice"),
    [
        (plain("nobody is there"), NOTHING),
        (Phrase("nobody is there"), NOTHING),
        (Phrase("none waits"), plain("Look whether it is there.")),
        (Phrase("missing: {folders}", folders="what nobody has made"), NOTHING),
    ],
    ids=["a plain text", "a phrase of no catalogue", "plain advice", "an English value"],
)
def test_a_finding_that_would_stay_english_fails_the_test_that_makes_it(
    said: Phrase, advice: Phrase, monkeypatch: pytest.MonkeyPatch
) -> None:
    with each_in_french(monkeypatch), pytest.raises(AssertionError):
        Finding(part="x", level=Level.BAD, said=said, advice=advice)


def test_a_finding_that_french_has_words_for_is_made(monkeypatch: pytest.MonkeyPatch) -> None:
    with each_in_french(monkeypatch):
        found = Finding(part="folders", level=Level.BAD, said=Phrase("missing: {folders}", folders="review"))
    assert english_of(found) == []


def test_no_text_of_healths_own_is_kept_from_the_catalogues() -> None:
    calls = [
        node
        for module in Path(health.__file__).parent.glob("*.py")
        for node in ast.walk(ast.parse(module.read_text(encoding="utf-8")))
        if isinstance(node, ast.Call) and ast.unparse(node.func) in {"plain", "Phrase"} and node.args
    ]
    assert len(calls) > 50
    made = (ast.JoinedStr, ast.BinOp)
    assert [
        ast.unparse(call)
        for call in calls
        if isinstance(call.args[0], (*made, ast.Constant) if ast.unparse(call.func) == "plain" else made)
    ] == []
