"""Who tells people of a part of the house."""

from agent.app import Parts
from agent.domain.message import Topic
from agent.workflow.notices import Announcer


def announcer_of_part(parts: Parts, part: str, spared: str | None) -> Announcer:
    """Give the one who tells of a part, to all but the one named."""
    ports = parts.ports
    told = [recipient for recipient in ports.recipients if recipient != spared]
    onlookers = [onlooker for onlooker in ports.onlookers if onlooker != spared]
    return Announcer(Topic.HEALTH, parts.outbox.about(part), parts.clock, told, onlookers)
