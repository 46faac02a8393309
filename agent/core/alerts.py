"""The last line of what people are told of without asking: of what kind it is, and where it is written what to do."""

from collections.abc import Mapping

from agent.core.voice import Voice
from agent.domain.alert import ALERTS, AlertClass, Severity, code_of

ALERT_KINDS: Mapping[AlertClass, str] = {
    AlertClass.FAILURE: "failure",
    AlertClass.ESCALATION: "people are waited for",
    AlertClass.ANOMALY: "unlike the week before",
    AlertClass.COST: "cost",
}
URGENCIES: Mapping[Severity, str] = {Severity.NOW: "somebody is needed now", Severity.TODAY: "within the day"}


def alert_line(part: str, voice: Voice) -> str:
    """Say of what kind an alert is, how soon somebody is needed, and where it is written what to do; empty for none."""
    code = code_of(part)
    if code is None:
        return ""
    alert = ALERTS[code]
    return voice.say(
        "Alert {code} ({kind}; {urgency}): docs/operations.md#alert-{code}",
        code=code,
        kind=voice.say(ALERT_KINDS[alert.kind]),
        urgency=voice.say(URGENCIES[alert.severity]),
    )
