"""What can be wrong with the house, as people are told of it: of what class it is, and how soon somebody is needed.

A code is the name of a part, a measure or a notice; docs/operations.md has an anchor for each, `#alert-<code>`.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum


class AlertClass(StrEnum):
    """What kind of thing is wrong."""

    FAILURE = "failure"
    """Something that dossierd needs does not work, or documents fail."""
    ESCALATION = "escalation"
    """People are waited for, for too long."""
    ANOMALY = "anomaly"
    """It works, and far otherwise than in the week before."""
    COST = "cost"


class Severity(StrEnum):
    """How soon somebody is needed."""

    NOW = "now"
    """Nothing is filed, or nobody is asked, until somebody does something."""
    TODAY = "today"


@dataclass(frozen=True, slots=True, kw_only=True)
class Alert:
    """One thing that people are told of."""

    kind: AlertClass
    severity: Severity

    @classmethod
    def now(cls, kind: AlertClass) -> "Alert":
        return cls(kind=kind, severity=Severity.NOW)

    @classmethod
    def today(cls, kind: AlertClass) -> "Alert":
        return cls(kind=kind, severity=Severity.TODAY)


ALERTS: Mapping[str, Alert] = {
    "daemon": Alert.now(AlertClass.FAILURE),
    "hosts": Alert.now(AlertClass.FAILURE),
    "ocr": Alert.now(AlertClass.FAILURE),
    "canary": Alert.now(AlertClass.FAILURE),
    "registry": Alert.now(AlertClass.FAILURE),
    "intake": Alert.now(AlertClass.FAILURE),
    "filing": Alert.now(AlertClass.FAILURE),
    "unfiled": Alert.today(AlertClass.FAILURE),
    "missing": Alert.today(AlertClass.FAILURE),
    "storm": Alert.today(AlertClass.FAILURE),
    "fence": Alert.today(AlertClass.FAILURE),
    "telegram": Alert.now(AlertClass.FAILURE),
    "chat": Alert.today(AlertClass.FAILURE),
    "address": Alert.today(AlertClass.FAILURE),
    "leftovers": Alert.today(AlertClass.ESCALATION),
    "escalation": Alert.today(AlertClass.ESCALATION),
    "pace": Alert.today(AlertClass.ANOMALY),
    "failures": Alert.today(AlertClass.ANOMALY),
    "questions": Alert.today(AlertClass.ANOMALY),
    "waiting": Alert.today(AlertClass.ANOMALY),
    "memory": Alert.today(AlertClass.ANOMALY),
    "spending": Alert.now(AlertClass.COST),
}


def code_of(part: str) -> str | None:
    """Give the code of a part as people are told of it, such as `chat` for `chat 2`; None where it has none."""
    name = part.partition(" ")[0]
    return name if name in ALERTS else None
