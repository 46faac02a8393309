"""Who tells people of a part of the house, and how."""

from agent.app import Parts
from agent.core.notices import unwell_notice, well_notice
from agent.domain.message import Topic
from agent.domain.wellness import PartState
from agent.workflow.notices import Announcer


def announcer_about(parts: Parts, topic: Topic) -> Announcer:
    """Give the one who tells everybody of what is about the whole house."""
    ports = parts.ports
    return Announcer(topic, parts.outbox, parts.clock, ports.recipients, ports.onlookers)


def announcer_of_part(parts: Parts, part: str, spared: str | None) -> Announcer:
    """Give the one who tells of a part, to all but the one named."""
    ports = parts.ports
    told = [recipient for recipient in ports.recipients if recipient != spared]
    onlookers = [onlooker for onlooker in ports.onlookers if onlooker != spared]
    return Announcer(Topic.HEALTH, parts.outbox.about(part), parts.clock, told, onlookers)


def tell_of_part(parts: Parts, state: PartState) -> bool:
    """Tell how a part is, unless people know; gives whether something was written."""
    voice = parts.ports.voice
    notice = well_notice(state.part, voice)
    if state.is_bad:
        notice = unwell_notice(state.sentence, state.hint, voice, part=state.part)
    return announcer_of_part(parts, state.part, state.spared).tell(notice)
