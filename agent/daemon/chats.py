"""What is built for the chats: the ears, the talk behind them, and what is shown beside it."""

import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from agent.adapters.telegram.client import TelegramNotifier
from agent.app import Parts
from agent.core.allowed import User
from agent.daemon.loop import Loop
from agent.daemon.talking import PAUSE_SECONDS, Ears, Talk, asker, namer, teller
from agent.domain.hearing import Said
from agent.domain.message import Message, recipient_of
from agent.domain.wellness import PartState
from agent.recipients import escalation_of
from agent.workflow.asking import Asking
from agent.workflow.commands import LISTED, Commands, Inquiries, order_of
from agent.workflow.conversation import Conversation
from agent.workflow.costs import spent
from agent.workflow.finding import find
from agent.workflow.hearing import Hearing
from agent.workflow.showing import Snippets


@dataclass(frozen=True, slots=True, kw_only=True)
class Chats:
    """The loops of the chats.

    Attributes:
        ears: may hang for as long as Telegram does.
        talk: must come round.
        show: may hang as the ears may.
        wake: to be called when something may have to be asked.
    """

    ears: Loop
    talk: Loop
    show: Loop
    wake: Callable[[], None]


def chats_of(
    parts: Parts,
    listener: TelegramNotifier,
    stop: threading.Event,
    *,
    status: Callable[[], str],
    health: Callable[[], Sequence[PartState]],
    on_said: Callable[[], None],
    turning: Callable[[Callable[[], None]], Callable[[], None]],
) -> Chats:
    """Build the loops.

    Args:
        status: how it goes, in a line.
        health: the parts of which there is something to say.
        on_said: called when there may be something to send.
        turning: makes of what a loop does what it does where it is this host's to do.
    """
    wakes, shows = threading.Event(), threading.Event()
    ports, settings = parts.ports, parts.settings
    asking = Asking(ports, parts.questions, ports.recipients, escalation_of(settings))

    snippets = Snippets(
        ports,
        parts.questions,
        parts.showings,
        listener.pictures,
        answers=listener.answers,
        should_stop=lambda: not show.still(),
    )

    def still() -> bool:
        return talk.still()

    def said() -> None:
        shows.set()
        on_said()

    def wake() -> None:
        wakes.set()
        shows.set()

    def show_what_is_due() -> None:
        shows.clear()
        if snippets.turn():
            on_said()
        shows.wait(PAUSE_SECONDS)

    carry_out = asker(parts.requests, still, ports.clock.now)
    commands = Commands(
        ports,
        parts.questions,
        Inquiries(
            status=status,
            health=health,
            find=lambda wanted: find(wanted, parts.finder, parts.registry, LISTED),
            costs=lambda: spent(parts.costs, ports.clock.now(), ports.voice.timezone),
        ),
        carry_out,
    )

    def command(hearing: Hearing, said: Said, user: User) -> Sequence[Message]:
        return commands.answer(
            order_of(said, user, hearing.key, hearing.at, asked_in=recipient_of(said.chat))
        )

    conversation = Conversation(
        ports,
        parts.questions,
        asking,
        settings.allowed,
        recipient_of=recipient_of,
        tell=teller(listener),
        carry_out=carry_out,
        known_reply=parts.requests.reply,
        command=command,
        our_name=namer(listener.check, ports.clock.now),
        snippets=snippets,
    )
    ears = Ears(listener, parts.inbox, ports.clock.now, stop, wakes.set)
    body = Talk(
        listener,
        parts.inbox,
        conversation,
        asking,
        ports.clock.now,
        wakes=wakes,
        still=still,
        on_said=said,
    )
    talk = Loop("talk", turning(body.turn), stop)
    show = Loop("show", turning(show_what_is_due), stop)
    return Chats(ears=Loop("ears", turning(ears.turn), stop), talk=talk, show=show, wake=wake)
