"""Composition root: settings in, adapters built, ports filled. Nothing here decides anything about a document."""

import datetime
import os
import sys
import threading
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from agent import errors
from agent.adapters import apprise
from agent.adapters.clock import SystemClock
from agent.adapters.console import ConsoleNotifier
from agent.adapters.folders import FOLDERS, SHARED, HomeFolders
from agent.adapters.home import REGISTRY_FILE, HomeLock, is_restored
from agent.adapters.journal import JOURNAL_NAME, Journal
from agent.adapters.ledger import (
    SqlCanaries,
    SqlCosts,
    SqlDigests,
    SqlErasing,
    SqlFinder,
    SqlInbox,
    SqlJobs,
    SqlLedger,
    SqlMoments,
    SqlOutbox,
    SqlPauses,
    SqlQuestions,
    SqlRequests,
    SqlResults,
    SqlRetention,
    SqlRuns,
    SqlSamples,
    SqlShowings,
    SqlStorms,
    SqlTrends,
    SqlUndelivered,
)
from agent.adapters.ledger.engine import host_of
from agent.adapters.ledger.published import SqlPublished
from agent.adapters.reading.sandbox import SandboxedReader
from agent.adapters.registry import RegistryIndex
from agent.adapters.registry.sql_source import SqlSource
from agent.adapters.routing import RoutingNotifier
from agent.adapters.space import HomeSpace
from agent.config import Settings
from agent.core.cards import as_looked_at
from agent.core.rules import Rules
from agent.core.setting_texts import addresses_of
from agent.core.voice import Voice
from agent.domain.host import Role
from agent.hosts import ALONE, Lease, UnendingLease
from agent.languages import catalogue
from agent.ledgers import engine_of_worker
from agent.membership import Membership, membership_of
from agent.notifier import Notifier
from agent.owning import own_home
from agent.ports import Ports
from agent.publishing import AgreedRegistry, SharedPeople, shared_people
from agent.readers import build_copies, build_drawer, build_reader, build_splitter, labels_of
from agent.recipients import escalation_of
from agent.workflow.costs import CostBook

if TYPE_CHECKING:
    from agent.adapters.telegram.client import TelegramNotifier


@dataclass(frozen=True, slots=True, kw_only=True)
class Parts:
    """Everything that was built for one home, with the ports that the workflow is given."""

    settings: Settings
    lock: HomeLock
    roles: frozenset[Role]
    lease: Lease
    membership: Membership | None
    """Among the hosts that share the ledger; None where it is a file, or for a command."""
    ledger: SqlLedger
    jobs: SqlJobs | None
    """Where hosts share the ledger; None where it is a file."""
    finder: SqlFinder
    outbox: SqlOutbox
    moments: SqlMoments
    undelivered: SqlUndelivered
    requests: SqlRequests
    storms: SqlStorms
    digests: SqlDigests
    results: SqlResults
    retention: SqlRetention
    canaries: SqlCanaries
    trends: SqlTrends
    costs: SqlCosts
    runs: SqlRuns
    cost_book: CostBook
    folders: HomeFolders
    registry: RegistryIndex
    people: SharedPeople | None
    """The same as one copy among those of other hosts; None where the home is one host's."""
    source: SqlSource | None
    """The office's own database; None where people come from files."""
    reader: SandboxedReader
    journal: Journal
    cost_journal: Journal
    notifier: Notifier
    listener: "TelegramNotifier | None"
    """The notifier, where it can be listened to."""
    inbox: SqlInbox
    questions: SqlQuestions
    showings: SqlShowings
    clock: SystemClock
    ports: Ports
    stopping: threading.Event
    """Set when work under way must come to an end now."""

    def is_quiet(self, moment: datetime.datetime) -> bool:
        """Whether people are not to be disturbed at that moment."""
        quiet = self.settings.quiet
        return quiet is not None and quiet.holds(moment, self.ports.voice.timezone)

    def close(self) -> None:
        close = getattr(self.notifier, "close", None)
        if close is not None:
            close()
        self.reader.close()
        self.journal.close()
        self.cost_journal.close()
        self.registry.close()
        if self.membership is not None:
            self.membership.leave()
        self.ledger.close()
        self.lock.release()


def refuse_root(settings: Settings) -> None:
    """Refuse to work as root: hostile PDFs are read by this user's processes.

    Raises:
        SettingInvalid: unless `DOSSIERD_ALLOW_ROOT` says otherwise.
    """
    if os.geteuid() == 0 and not settings.allow_root:
        raise errors.SettingInvalid(
            "dossierd refuses to run as root: it opens files that strangers have made.",
            hint="Run it as its own user (systemd/dossierd.service does), or set DOSSIERD_ALLOW_ROOT=true.",
        )


def build(
    settings: Settings,
    *,
    say: Callable[[str], None] | None = None,
    will_stay: bool = False,
    roles: frozenset[Role] = frozenset(Role),
) -> Parts:
    """Take the home's lock and build everything for it.

    Args:
        say: prints a message of the daemon where no Telegram token is set and a person is looking.
        will_stay: the process lives long, and must not hold what an upgrade of the ledger takes.
        roles: what it does; all of them where the ledger is a file.

    Raises:
        SettingInvalid, HomeError, LedgerUnavailable, RegistryUnavailable: nothing was touched, the lock is free again.
    """
    refuse_root(settings)
    os.umask(0o027)
    lock = HomeLock(settings.state)
    lock.take()
    lock.tell(settings.told())
    try:
        return _build(settings, lock, say, roles, will_stay=will_stay)
    except BaseException:
        lock.release()
        raise


def _build(
    settings: Settings,
    lock: HomeLock,
    say: Callable[[str], None] | None,
    roles: frozenset[Role],
    *,
    will_stay: bool,
) -> Parts:
    state, clock = settings.state, SystemClock(settings.timezone)
    source = build_source(settings)  # first: a wrong address is told before anything is made
    voice = voice_of(settings)
    outward = build_outward(settings)
    was_restored = is_restored(state)
    engine = engine_of_worker(settings, will_stay=will_stay)
    try:  # before a run of this host's name is fenced off: it may be another home's
        home_id = own_home(settings, engine, was_restored=was_restored)
    except BaseException:
        engine.dispose()
        raise
    registry = RegistryIndex(state / REGISTRY_FILE, clock)  # it may take minutes; a lease waits for none
    membership = membership_of(engine, settings, roles) if will_stay else None
    engine, lease = (engine, UnendingLease()) if membership is None else (membership.engine, membership.lease)
    journal = Journal(settings.logs / JOURNAL_NAME)
    ledger = SqlLedger(engine, lambda: journal.reached)
    folders = HomeFolders(settings.home, home_id, lease.check, host_of(engine))
    folders.prepare()
    ledger.number_above(folders.last_number())
    costs, cost_journal = SqlCosts(engine), Journal(settings.logs / "api_costs.jsonl")
    listener = build_telegram(settings)
    notifier: Notifier = listener or ConsoleNotifier(say)
    reader = build_reader(settings, lambda: labels_of(settings, ledger))
    stopping = threading.Event()
    ports = Ports(
        clock=clock,
        folders=folders,
        text_source=reader,
        splitter=build_splitter(settings, reader),
        registry=AgreedRegistry(registry, SqlPublished(engine)) if settings.is_shared else registry,
        ledger=ledger,
        erasing=SqlErasing(engine),
        pauses=SqlPauses(engine),
        hosts=ALONE if membership is None else membership.hosts,
        samples=SqlSamples(engine),
        journal=journal,
        recipients=tuple(one for one in notifier.recipients() if one != escalation_of(settings)),
        asks_in_chats=listener is not None,
        onlookers=() if outward is None else tuple(outward.recipients()),
        rules=rules_of(settings),
        voice=voice,
        should_stop=stopping.is_set,
        searchable=build_copies(settings, reader) if settings.searchable_pdf else None,
        snippets=build_drawer(settings, reader) if settings.snippets else None,
    )
    return Parts(
        settings=settings,
        lock=lock,
        roles=roles,
        lease=lease,
        membership=membership,
        ledger=ledger,
        jobs=SqlJobs(engine) if engine.dialect.name == "postgresql" else None,
        finder=SqlFinder(engine),
        outbox=SqlOutbox(engine),
        moments=SqlMoments(engine),
        undelivered=SqlUndelivered(engine),
        requests=SqlRequests(engine),
        storms=SqlStorms(engine),
        digests=SqlDigests(engine),
        results=SqlResults(engine),
        retention=SqlRetention(engine),
        canaries=SqlCanaries(engine),
        trends=SqlTrends(engine),
        costs=costs,
        runs=SqlRuns(engine),
        cost_book=CostBook(costs, cost_journal),
        folders=folders,
        registry=registry,
        people=shared_people(settings, engine, registry) if settings.is_shared else None,
        source=source,
        reader=reader,
        journal=journal,
        cost_journal=cost_journal,
        notifier=notifier if outward is None else RoutingNotifier(notifier, {apprise.PREFIX: outward}),
        listener=listener,
        inbox=SqlInbox(engine),
        questions=SqlQuestions(engine),
        showings=SqlShowings(engine),
        clock=clock,
        ports=ports,
        stopping=stopping,
    )


def rules_of(settings: Settings) -> Rules:
    return Rules(
        policy=settings.policy,
        mode=settings.mode,
        confidence_floor=settings.ocr_confidence_floor,
        max_crashes=settings.max_crashes,
        vocabulary=settings.vocabulary,
    )


def voice_of(settings: Settings) -> Voice:
    """How people are spoken to.

    Raises:
        SettingInvalid: the language's catalogue can't be used.
    """
    return Voice(
        catalogue=catalogue(settings.language),
        timezone=ZoneInfo(settings.timezone),
        privacy=settings.privacy,
    )


def build_source(settings: Settings) -> SqlSource | None:
    """The office's own database, where one is set; nothing is connected to.

    Raises:
        SettingInvalid: its address is none of a database that can be read.
    """
    if settings.registry_url is None:
        return None
    return SqlSource(
        settings.registry_url.get_secret_value(),
        settings.registry_table,
        settings.registry_columns,
        watermark=settings.registry_watermark or None,
        kinds=settings.vocabulary.kinds,
    )


def build_telegram(settings: Settings) -> "TelegramNotifier | None":
    """What tells the chats, where a bot is set; nothing is connected to."""
    if settings.telegram_token is None:
        return None
    from agent.adapters.telegram.client import (
        TelegramNotifier,  # 30 MB that an office without Telegram need not pay
    )

    viewing, voice = settings.allowed.viewing, voice_of(settings)
    return TelegramNotifier(
        settings.telegram_token.get_secret_value(),
        settings.telegram_chats,
        str(settings.telegram_api_url).rstrip("/"),
        shown_in=lambda chat, message: as_looked_at(message, voice) if chat in viewing else message,
    )


def build_outward(settings: Settings) -> apprise.AppriseNotifier | None:
    """What tells the addresses in `DOSSIERD_NOTIFY_URLS`, where there are some; nothing is connected to.

    Raises:
        SettingInvalid: apprise is not installed, or can't tell such an address.
    """
    addresses = addresses_of(settings.notify_urls.get_secret_value())
    if not addresses:
        return None
    if not apprise.is_installed():
        raise errors.SettingInvalid(
            "DOSSIERD_NOTIFY_URLS is set, but apprise, which tells those addresses, is not installed.",
            hint=f"Type: sudo {sys.executable} -m pip install 'apprise>=2.3'. Or empty the setting.",
        )
    return apprise.AppriseNotifier(addresses)


def folders_of(settings: Settings) -> tuple[str, ...]:
    """All folders that a daemon of this machine uses, as paths below the home; its own may lie elsewhere."""
    return (*SHARED, settings.state_name)


def space_of(settings: Settings) -> HomeSpace:
    """What room there is in these."""
    return HomeSpace(settings.home, folders_of(settings))


def make_home(home: Path) -> list[Path]:
    """Make the folders of a new home; gives those that were not there."""
    made = [folder for name in FOLDERS if not (folder := home / name).exists()]
    for folder in made:
        folder.mkdir(parents=True, mode=0o750)
    return made
