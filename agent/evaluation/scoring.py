"""What decisions are worth beside the truth.

A line of truth is `{"doc", "class", "true_id", "expect", ...}`; `expect` says what may happen by itself: `MATCH` must,
`EITHER` may, and `HUMAN` and `NONE` must not, not even with the right person. Under the policy `name` it is
`expect_name` that counts.
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any

from agent import errors
from agent.domain.decision import CANDIDATES_SHOWN, Decision, Match, Policy, candidates_of
from agent.domain.message import visible
from agent.domain.outcome import FailureReason

SCAN_ENDING = "_scan"
"""The truth of `a1_scan` is that of `a1`, where it has no line of its own."""
_HINT = 'It has lines like {"doc": "a1", "class": "twins", "true_id": "17", "expect": "MATCH"}.'


class Expectation(StrEnum):
    """What may happen to a document without a human."""

    MATCH = "MATCH"
    EITHER = "EITHER"
    HUMAN = "HUMAN"
    NONE = "NONE"


_NEVER = frozenset({Expectation.HUMAN, Expectation.NONE})


@dataclass(frozen=True, slots=True, kw_only=True)
class Truth:
    """What is known of a document.

    Attributes:
        true_id: the record that it is about; None where nobody of the registry is.
    """

    kind: str
    true_id: str | None
    expect: Expectation


@dataclass(frozen=True, slots=True, kw_only=True)
class Prediction:
    """What was decided of a document; a line of the predictions.

    Attributes:
        id: of the record that it would be filed under.
        candidates: the records shown to a human, best first.
    """

    doc: str
    decision: str
    id: str | None
    candidates: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class FalseMatch:
    """A document that would lie under a record by itself, and should not."""

    doc: str
    kind: str
    id: str
    true_id: str | None

    @property
    def is_by_luck(self) -> bool:
        """Whether it is the right person's record, and a human was to be asked all the same."""
        return self.id == self.true_id


@dataclass(frozen=True, slots=True, kw_only=True)
class NotFiled:
    """A document that must be filed by itself, and was not."""

    doc: str
    kind: str
    decision: str
    true_id: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Share:
    """So many of so many."""

    count: int = 0
    of: int = 0

    @property
    def percent(self) -> float:
        return 100.0 * self.count / self.of if self.of else 100.0

    def plus(self, is_counted: bool) -> "Share":
        return Share(count=self.count + is_counted, of=self.of + 1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Score:
    """All documents beside their truth; each is one of `automatic`, `either` or `to_ask`.

    Attributes:
        automatic: those decided rightly by themselves, of those that must be.
        not_filed: those that must be, and were asked about or set aside.
        by_class: the same as `automatic` for each class that has such documents.
        either: those filed rightly by themselves, of those that may be, or may be asked about.
        to_ask: those that were not filed by themselves, of those that must not be.
        shown: those whose true record was shown, of those that a human was asked about and that have one.
    """

    documents: int
    false_matches: tuple[FalseMatch, ...]
    automatic: Share
    not_filed: tuple[NotFiled, ...]
    by_class: Mapping[str, Share]
    either: Share
    to_ask: Share
    shown: Share


def prediction_of(name: str, decided: Decision | FailureReason) -> Prediction:
    """Write a decision down; a document that can't be read is one that a human must look at."""
    if isinstance(decided, FailureReason):
        return Prediction(doc=name, decision="unmatched", id=None, candidates=())
    return Prediction(
        doc=name,
        decision=decided.verdict,
        id=decided.candidate.person.record_id if isinstance(decided, Match) else None,
        candidates=tuple(it.person.record_id for it in candidates_of(decided)),
    )


def read_truth(path: Path, policy: Policy) -> dict[str, Truth]:
    """Read what is known, by the documents' names.

    Raises:
        EvaluationInvalid: it can't be read, or a line of it isn't of the form.
    """
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise errors.EvaluationInvalid(f"{visible(str(path))} can't be read.", hint=_HINT) from error
    key = "expect_name" if policy is Policy.NAME else "expect"
    found: dict[str, Truth] = {}
    for number, line in enumerate(lines, start=1):
        if line.strip():
            try:
                known = json.loads(line)
                found[known["doc"]] = _truth_of(known, key)
            except (ValueError, KeyError, TypeError) as error:
                raise errors.EvaluationInvalid(
                    f"Line {number} of {visible(str(path))} is no truth.", hint=_HINT
                ) from error
    return found


def _truth_of(known: Mapping[str, Any], key: str) -> Truth:
    true_id = known["true_id"]
    return Truth(
        kind=str(known["class"]),
        true_id=None if true_id is None else str(true_id),
        expect=Expectation(known[key]),
    )


def truth_about(name: str, truth: Mapping[str, Truth]) -> Truth | None:
    return truth.get(name) or truth.get(name.removesuffix(SCAN_ENDING))


def score(predictions: Sequence[Prediction], truth: Mapping[str, Truth]) -> Score:
    """Count; documents without a truth are left out."""
    known = [(one, about) for one in predictions if (about := truth_about(one.doc, truth)) is not None]
    automatic, either, to_ask, shown, by_class = Share(), Share(), Share(), Share(), dict[str, Share]()
    for one, about in known:
        is_right = one.id is not None and not _is_false(one, about)
        if about.expect is Expectation.MATCH:
            automatic = automatic.plus(is_right)
            by_class[about.kind] = by_class.get(about.kind, Share()).plus(is_right)
        elif about.expect is Expectation.EITHER:
            either = either.plus(is_right)
        else:
            to_ask = to_ask.plus(one.id is None)
        if about.true_id and one.id is None:
            shown = shown.plus(about.true_id in one.candidates[:CANDIDATES_SHOWN])
    return Score(
        documents=len(known),
        false_matches=tuple(_false_matches(known)),
        automatic=automatic,
        not_filed=tuple(
            NotFiled(doc=one.doc, kind=about.kind, decision=one.decision, true_id=about.true_id)
            for one, about in known
            if about.expect is Expectation.MATCH and one.id is None
        ),
        by_class=dict(sorted(by_class.items())),
        either=either,
        to_ask=to_ask,
        shown=shown,
    )


def _false_matches(known: Iterable[tuple[Prediction, Truth]]) -> list[FalseMatch]:
    return [
        FalseMatch(doc=one.doc, kind=about.kind, id=one.id, true_id=about.true_id)
        for one, about in known
        if one.id is not None and _is_false(one, about)
    ]


def _is_false(one: Prediction, about: Truth) -> bool:
    return one.id is not None and (one.id != about.true_id or about.expect in _NEVER)
