"""Words each finding of health in French the moment it is made, and refuses what stays English."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from enum import StrEnum

import pytest

from agent.adapters.folders import FOLDERS
from agent.domain.phrase import Phrase
from agent.health import Finding
from tests.french import FRENCH, english_in

_NAME = re.compile(r"two-identifiers|" + "|".join(rf"\b{folder}\b" for folder in FOLDERS))
"""Of a folder or the value of a setting: the same in each language."""


def english_of(finding: Finding) -> list[str]:
    """The English words of a finding that a French office would read."""
    return [
        word for it in (finding.said, finding.advice) for word in english_in(_NAME.sub("", FRENCH.tell(it)))
    ]


@contextmanager
def each_in_french(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Fail where a finding is made that a French office would read in English, whatever the test is about."""
    make = Finding.__init__

    def made(self: Finding, *, part: str, level: StrEnum, **phrases: Phrase) -> None:
        make(self, part=part, level=level, **phrases)  # type: ignore[arg-type]
        assert english_of(self) == [], self

    with monkeypatch.context() as patch:
        patch.setattr(Finding, "__init__", made)
        yield
