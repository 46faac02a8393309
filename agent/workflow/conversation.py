"""Hear what people press and write in the chats. Hearing the same thing twice does what hearing it once does.

Presses and words become requests, which have one key however often they are heard.
"""

from collections.abc import Callable, Sequence
from typing import assert_never

from agent.asked import Questions
from agent.core.allowed import Allowed, User
from agent.domain.hearing import Press, Said
from agent.domain.life import Reply, Request
from agent.domain.message import Message
from agent.ports import Ports
from agent.workflow.asking import Asking
from agent.workflow.hearing import Hearing
from agent.workflow.presses import Presses
from agent.workflow.showing import Snippets
from agent.workflow.words import Words


class Conversation:
    """Takes what is heard, one after the other.

    Args:
        recipient_of: the recipient's key of a chat.
        tell: answers a press: its key, a sentence, and whether it must be clicked away; it may be too late.
        carry_out: gives a request to the desk and waits for the reply; None when that takes too long.
        known_reply: what became of a request before; None for a key that is new.
        command: answers what begins with a slash.
        our_name: gives the bot's name, by which it is called in groups.
        snippets: shows what a question rests on; None where pictures can't be shown.
    """

    def __init__(
        self,
        ports: Ports,
        questions: Questions,
        asking: Asking,
        allowed: Allowed,
        *,
        recipient_of: Callable[[int], str],
        tell: Callable[[str, str, bool], None],
        carry_out: Callable[[Request], Reply | None],
        known_reply: Callable[[str], Reply | None],
        command: Callable[[Hearing, Said, User], Sequence[Message]],
        our_name: Callable[[], str],
        snippets: Snippets | None = None,
    ) -> None:
        self._tell = tell
        self._presses = Presses(
            ports,
            questions,
            asking,
            allowed,
            recipient_of=recipient_of,
            carry_out=carry_out,
            known_reply=known_reply,
            snippets=snippets,
        )
        self._words = Words(
            ports,
            questions,
            asking,
            allowed,
            recipient_of=recipient_of,
            carry_out=carry_out,
            known_reply=known_reply,
            command=command,
            our_name=our_name,
        )

    def hear(self, hearing: Hearing) -> None:
        """Do what somebody wants, or say why not.

        Raises:
            LedgerUnavailable, NotifierUnavailable, RegistryUnavailable, StorageUnavailable: it is to be heard again.
        """
        match hearing.heard:
            case Press() as press:
                sentence, is_alert = self._presses.take(hearing, press)
                self._tell(press.press, sentence, is_alert)
            case Said() as said:
                self._words.take(hearing, said)
            case _:
                assert_never(hearing.heard)
