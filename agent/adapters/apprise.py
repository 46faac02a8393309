"""Notices to e-mail, ntfy and many more, by apprise: the library of the optional extra `notify`, loaded where used.

Nobody can press or answer anything there, so only what `domain.message.one_way` gives is to be sent. An address holds
passwords: it is told to nobody, and apprise, which writes hosts and answers into its log, is not listened to. It says
only whether a message went out: what fails is tried again, and given up where something else gets through meanwhile.
"""

import contextlib
import hashlib
import importlib.util
import logging
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from agent.domain.egress import host_key
from agent.domain.message import GOOD_NEWS, Blame, Message, visible
from agent.domain.phrase import Phrase
from agent.errors import MessageRefused, NotifierUnavailable, SettingInvalid

if TYPE_CHECKING:
    import apprise

PREFIX = "notify:"
_HOSTS = frozenset({"host", "smtp_host"})
_ABOUT = frozenset({"app_url", "service_url", "setup_url"})
"""URLs that apprise shows to people; nothing is sent there."""

CALL_SECONDS = 15.0
"""apprise limits each wait for the network, but not their sum: who sends a byte now and then would hold it for ever."""


def is_installed() -> bool:
    return importlib.util.find_spec("apprise") is not None


def recipient_of(address: str) -> str:
    """The key under which the outbox knows an address; the address can't be read out of it."""
    return PREFIX + hashlib.sha256(address.encode()).hexdigest()[:16]


class AppriseNotifier:
    """Tells each address; one that hangs holds up no other for longer than a call may take."""

    def __init__(self, addresses: Sequence[str], *, call_seconds: float = CALL_SECONDS) -> None:
        """Build it; nothing is connected to.

        Args:
            addresses: apprise's URLs, such as `mailtos://name:password@host?to=office@example.org`.

        Raises:
            SettingInvalid: apprise knows no such service, or the address lacks something.
        """
        logging.getLogger("apprise").setLevel(logging.CRITICAL)
        import apprise  # 20 MB that an office without it need not pay

        self._call_seconds = call_seconds
        # async_mode, service_timeout: else it sends in threads that a stop would wait for
        asset = apprise.AppriseAsset(
            app_id="dossierd",
            app_desc="dossierd",
            async_mode=False,
            http_redirects=False,
            service_timeout=0,
            interpret_emojis=False,
        )
        self._services: dict[str, apprise.NotifyBase] = {}
        self._calls: dict[str, _Call] = {}
        self._taken_at: dict[str, float] = {}
        self._failed_at: dict[str, tuple[float | None, float]] = {}  # the last time but one, and the last
        for number, address in enumerate(addresses, start=1):
            service = apprise.Apprise.instantiate(address, asset=asset, suppress_exceptions=True)
            if not isinstance(service, apprise.NotifyBase):
                raise SettingInvalid(
                    f"DOSSIERD_NOTIFY_URLS: address {number} is none that apprise understands.",
                    hint="docs/notify.md shows how they are written.",
                )
            service.request_rate_per_sec = (
                0  # it would sleep, and hold up the others; a refusal is tried again later
            )
            if service.overflow_mode == apprise.OverflowMode.UPSTREAM:
                service.overflow_mode = apprise.OverflowMode.TRUNCATE
            self._services[recipient_of(address)] = service

    def recipients(self) -> Sequence[str]:
        return tuple(self._services)

    def services(self) -> Sequence[str]:
        """What the addresses are, such as `ntfy`: nothing of a secret."""
        return tuple(str(service.service_name) for service in self._services.values())

    def hosts(self) -> frozenset[str]:
        """The hosts that the services speak to: those of the addresses, and each service's own.

        Only what stands in the objects is looked at: some services go and ask when a property is read.
        """
        return frozenset(host for it in self._services.values() for host in _hosts_of(it))

    def answers(self, recipient: str) -> bool:
        """Whether another address has taken something between the last two failures of this one."""
        before, _ = self._failed_at.get(recipient, (None, 0.0))
        others = (at for other, at in self._taken_at.items() if other != recipient)
        return before is not None and any(at > before for at in others)

    def send(self, message: Message, recipient: str) -> str:
        """Deliver one message.

        Raises:
            NotifierUnavailable: it did not go out, or an earlier one to the same address still hangs.
            MessageRefused: the address is no longer set.
        """
        try:
            self._deliver(message, recipient)
        except NotifierUnavailable:
            _, last = self._failed_at.get(recipient, (None, None))
            self._failed_at[recipient] = (last, time.monotonic())
            raise
        self._taken_at[recipient] = time.monotonic()
        return recipient

    def _deliver(self, message: Message, recipient: str) -> None:
        service = self._services.get(recipient)
        if service is None:
            raise MessageRefused(
                Phrase("The recipient is none of the addresses in DOSSIERD_NOTIFY_URLS."),
                hint=Phrase("Write the address there if it shall be told."),
            )
        earlier = self._calls.get(recipient)
        if earlier is not None and earlier.is_alive():
            raise _untaken(Phrase("An earlier message to this address of DOSSIERD_NOTIFY_URLS still hangs."))
        call = self._calls[recipient] = _Call(lambda: _notify(service, message))
        call.start()
        call.join(self._call_seconds)
        if call.is_alive():
            raise _untaken(Phrase("An address of DOSSIERD_NOTIFY_URLS took too long."))
        if not call.is_delivered:
            raise _untaken(Phrase("An address of DOSSIERD_NOTIFY_URLS did not take the message."))

    def replace(self, receipt: str, message: Message, recipient: str) -> str:  # noqa: ARG002 -- what went out stays
        """Say what has changed as a message of its own.

        Raises:
            NotifierUnavailable, MessageRefused: as `send`.
        """
        return self.send(message, recipient)

    def amend(self, receipt: str, message: Message, recipient: str) -> None:
        """Nothing: what went out stays."""


def _hosts_of(service: "apprise.NotifyBase") -> Iterator[str]:
    kept = {**{name: it for one in type(service).__mro__ for name, it in vars(one).items()}, **vars(service)}
    for name, value in kept.items():
        if not isinstance(value, str) or not value or name in _ABOUT:
            continue
        if name in _HOSTS:
            yield host_key(value)
        elif value.startswith(("http://", "https://")) and (host := urlsplit(value).hostname):
            yield host_key(host)


def _untaken(sentence: Phrase) -> NotifierUnavailable:
    return NotifierUnavailable(sentence, blame=Blame.RECIPIENT)


class _Call(threading.Thread):
    """One message on its way. It may hang; no stop waits for it."""

    def __init__(self, deliver: Callable[[], bool]) -> None:
        super().__init__(name="notify", daemon=True)
        self._deliver = deliver
        self.is_delivered = False

    def run(self) -> None:
        with contextlib.suppress(Exception):  # of some service; its words may hold the address
            self.is_delivered = self._deliver()


def _notify(service: "apprise.NotifyBase", message: Message) -> bool:
    import apprise

    title = visible(message.title)
    sender = apprise.Apprise(asset=service.asset)
    sender.add(service)
    return bool(
        sender.notify(
            title=title,
            body="\n".join(map(visible, message.whole)) or title,
            body_format=apprise.NotifyFormat.TEXT,
            notify_type=apprise.NotifyType.SUCCESS
            if message.kind in GOOD_NEWS
            else apprise.NotifyType.WARNING,
            interpret_escapes=False,
        )
    )
