"""Which hosts the settings name: all that the daemon may connect to."""

from urllib.parse import urlsplit

from sqlalchemy.engine import URL, make_url

from agent.adapters.egress import keep_to
from agent.app import build_outward
from agent.config import Settings, forget_proxies
from agent.core.setting_texts import hosts_of
from agent.domain.egress import Reach, host_key
from agent.ledgers import ledger_place


def keep_to_settings(settings: Settings) -> None:
    """Hold this process to what the settings name, until it ends.

    Raises:
        SettingInvalid: as `build_outward`.
    """
    forget_proxies()
    keep_to(reach_of(settings))


def reach_of(settings: Settings) -> Reach:
    """The hosts of Telegram, of both databases, of who is told, pinged or sent traces, and those named besides.

    Raises:
        SettingInvalid: as `build_outward`.
    """
    hosts = {*hosts_of(settings.egress_hosts)}
    if settings.telegram_token is not None and settings.telegram_api_url.host:
        hosts.add(settings.telegram_api_url.host)
    place = ledger_place(settings)
    if isinstance(place, URL):
        hosts.add(place.host or "")
    if settings.registry_url is not None:
        hosts.add(make_url(settings.registry_url.get_secret_value()).host or "")
    for url in (settings.ping_url, settings.otlp_url):
        hosts.add(urlsplit(url.get_secret_value()).hostname or "")
    outward = build_outward(settings)
    if outward is not None:
        hosts |= outward.hosts()
    return Reach(frozenset(host_key(it) for it in hosts if it))
