"""Every setting of dossierd: its name, its default, its bounds, and what belongs together. `config` reads them."""

import datetime
import os
import re
import socket
from collections.abc import Callable, Mapping
from functools import cached_property
from pathlib import Path
from typing import Annotated, Literal, Self
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import (
    Field,
    HttpUrl,
    SecretStr,
    ValidationInfo,
    field_validator,
    model_validator,
)
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from agent.core.addresses import http_address
from agent.core.allowed import Allowed, users_of
from agent.core.hours import QuietHours, digest_time, quiet_hours
from agent.core.own_kinds import insurance_forms, office_vocabulary, own_kinds
from agent.core.setting_texts import (
    addresses_of,
    columns_of,
    database_address,
    hosts_of,
    passwords_of,
    web_address,
)
from agent.core.vocabulary import Vocabulary
from agent.core.voice import Privacy
from agent.domain.address import Address
from agent.domain.decision import Mode, Policy
from agent.domain.result import Results
from agent.languages import BUILT_IN, languages

PREFIX = "DOSSIERD_"
STATE = "state"

_NOT_TOLD = frozenset({"telegram_chats", "telegram_users", "telegram_escalation_chat"})
_SET = "?"

_READ_BY: Mapping[str, Callable[[str], object]] = {
    "insurance_pattern": insurance_forms,
    "egress_hosts": hosts_of,
    "identifiers": own_kinds,
    "digest_at": digest_time,
    "http": http_address,
    "quiet_hours": quiet_hours,
    "telegram_users": users_of,
}
"""Settings whose text holds something, and what reads it: it says what is wrong with it."""


class Settings(BaseSettings):
    """Every setting, with its default and its bounds; `.env.example` says each in a sentence."""

    model_config = SettingsConfigDict(
        env_prefix=PREFIX, frozen=True, extra="ignore", env_ignore_empty=True, hide_input_in_errors=True
    )

    home: Path = Field(default_factory=Path.cwd)
    mode: Mode = Mode.AUTO
    policy: Policy = Policy.TWO_IDENTIFIERS
    timezone: str = "UTC"
    language: str = BUILT_IN
    privacy: Privacy = Privacy.MINIMAL
    allow_root: bool = False

    insurance_pattern: str = ""
    identifiers: str = ""

    telegram_token: SecretStr | None = None
    telegram_chats: Annotated[tuple[int, ...], NoDecode] = ()
    telegram_users: str = ""
    telegram_escalation_chat: int | None = None
    telegram_results: Results = Results.EACH
    digest_at: str = "08:00"
    quiet_hours: str = "20:00-07:00"
    telegram_api_url: HttpUrl = HttpUrl("https://api.telegram.org")

    notify_urls: SecretStr = SecretStr("")

    egress_hosts: str = ""

    ocr_languages: str = Field(default="fra+eng+ara", pattern=r"^[A-Za-z_]+(\+[A-Za-z_]+)*$")
    ocr_confidence_floor: int = Field(default=80, ge=0, le=100)

    workers: int = Field(default=0, ge=0, le=64)
    settle_seconds: float = Field(default=2.0, ge=0.1, le=3600)
    damaged_grace_seconds: float = Field(default=30.0, ge=0, le=86400)
    rescan_seconds: float = Field(default=30.0, ge=0.5, le=3600)
    stop_seconds: float = Field(default=5.0, ge=0, le=8)
    disk_floor_megabytes: int = Field(default=200, ge=0, le=1_000_000)
    max_crashes: int = Field(default=5, ge=1, le=100)

    max_file_megabytes: int = Field(default=200, ge=1, le=4096)
    max_pages: int = Field(default=1000, ge=1, le=100_000)
    page_seconds: float = Field(default=30.0, gt=0, le=3600)
    document_seconds: float = Field(default=7200.0, gt=0, le=86400)
    reader_megabytes: int = Field(default=480, ge=256, le=65536)
    render_megapixels: int = Field(default=40, ge=1, le=1000)
    max_text_megabytes: int = Field(default=12, ge=1, le=256)
    max_page_text_megabytes: int = Field(default=2, ge=1, le=256)
    pdf_passwords: SecretStr = SecretStr("")
    reader_fence: Literal["auto", "bubblewrap", "off"] = "auto"

    ledger_url: SecretStr = SecretStr("")
    lease_seconds: float = Field(default=60.0, ge=3, le=3600)
    state: Path = Field(default_factory=lambda known: known["home"] / STATE)

    ping_url: SecretStr = SecretStr("")
    otlp_url: SecretStr = SecretStr("")
    canary_minutes: float = Field(default=60.0, ge=0, le=1440)
    sample_a_week: int = Field(default=5, ge=0, le=20)

    searchable_pdf: bool = True
    snippets: bool = False

    keep_text_days: int = Field(default=0, ge=0, le=36500)
    keep_message_days: int = Field(default=90, ge=0, le=36500)
    keep_log_days: int = Field(default=0, ge=0, le=36500)

    registry_url: SecretStr | None = None
    registry_table: str = ""
    registry_columns: Annotated[Mapping[str, str], NoDecode] = {}
    registry_watermark: str = ""
    registry_sync_minutes: float = Field(default=5.0, ge=0.1, le=1440)
    registry_max_age_hours: float = Field(default=24.0, ge=0.1, le=8760)

    host: str = Field(default="", max_length=63, pattern=r"^([A-Za-z0-9]([A-Za-z0-9-]*[A-Za-z0-9])?)?$")

    http: str = "127.0.0.1:8731"

    log_level: str = Field(default="INFO", pattern=r"^(DEBUG|INFO|WARNING|ERROR)$")

    @field_validator("home", "state")
    @classmethod
    def _folder_is_absolute(cls, value: Path) -> Path:
        return value.expanduser().absolute()

    @field_validator("timezone")
    @classmethod
    def _timezone_is_known(cls, value: str) -> str:
        try:
            ZoneInfo(value)
        except (ZoneInfoNotFoundError, ValueError, OSError) as error:
            raise ValueError("is no time zone; write it like Europe/Paris") from error
        return value

    @field_validator("language")
    @classmethod
    def _language_is_there(cls, value: str) -> str:
        if value not in languages():
            raise ValueError(f"must be one of {', '.join(languages())}")
        return value

    @field_validator(*_READ_BY)
    @classmethod
    def _text_can_be_read(cls, value: str, info: ValidationInfo) -> str:
        _READ_BY[str(info.field_name)](value)
        return value

    @field_validator("telegram_chats", mode="before")
    @classmethod
    def _chats_from_text(cls, value: object) -> object:
        return tuple(part for part in value.replace(",", " ").split()) if isinstance(value, str) else value

    @field_validator("pdf_passwords")
    @classmethod
    def _passwords_are_few_and_short(cls, value: SecretStr) -> SecretStr:
        passwords_of(value.get_secret_value())
        return value

    @field_validator("ping_url", "otlp_url")
    @classmethod
    def _it_goes_to_a_host(cls, value: SecretStr) -> SecretStr:
        web_address(value.get_secret_value())
        return value

    @field_validator("ledger_url")
    @classmethod
    def _it_is_in_postgresql(cls, value: SecretStr) -> SecretStr:
        database_address(value.get_secret_value())
        return value

    @field_validator("notify_urls")
    @classmethod
    def _addresses_are_few(cls, value: SecretStr) -> SecretStr:
        addresses_of(value.get_secret_value())
        return value

    @field_validator("registry_columns", mode="before")
    @classmethod
    def _columns_from_text(cls, value: object) -> object:
        return columns_of(value) if isinstance(value, str) else value

    @model_validator(mode="after")
    def _database_needs_table(self) -> Self:
        if self.registry_url is not None and not self.registry_table:
            raise ValueError(
                f"{PREFIX}REGISTRY_URL is set, but {PREFIX}REGISTRY_TABLE is empty: "
                "write the name of the table or view that holds the people"
            )
        return self

    @model_validator(mode="after")
    def _state_of_its_own_needs_a_shared_ledger(self) -> Self:
        if self.is_shared and not self.ledger_url.get_secret_value():
            raise ValueError(
                f"{PREFIX}STATE is set, but {PREFIX}LEDGER_URL is empty: "
                "a home that no other host works in keeps its state/ in itself"
            )
        if self.is_shared and self.state.is_relative_to(self.home):
            raise ValueError(
                f"{PREFIX}STATE lies in the home, which other hosts work in: "
                "name a folder on a disk of this machine, such as /var/lib/dossierd-state"
            )
        return self

    @model_validator(mode="after")
    def _token_needs_chats(self) -> Self:
        if self.telegram_token is not None and not self.telegram_chats:
            raise ValueError(
                f"{PREFIX}TELEGRAM_TOKEN is set, but {PREFIX}TELEGRAM_CHATS is empty: "
                "write the number of each chat that may be told, such as 123456789"
            )
        return self

    @model_validator(mode="after")
    def _digest_is_written_if_it_counts(self) -> Self:
        if self.telegram_results is Results.DIGEST and self.digest_time is None:
            raise ValueError(
                f"{PREFIX}TELEGRAM_RESULTS is digest, but {PREFIX}DIGEST_AT is none: "
                "write a time such as 08:00 there, or none here"
            )
        return self

    @model_validator(mode="after")
    def _escalation_goes_to_a_chat(self) -> Self:
        if (
            self.telegram_escalation_chat is not None
            and self.telegram_escalation_chat not in self.telegram_chats
        ):
            raise ValueError(
                f"{PREFIX}TELEGRAM_ESCALATION_CHAT is none of the chats in {PREFIX}TELEGRAM_CHATS: add it there"
            )
        return self

    @property
    def is_shared(self) -> bool:
        """Whether other hosts may work in this home too: what is this one's own then lies outside of it."""
        return self.state != self.home / STATE

    def in_home(self, home: Path) -> Self:
        """The same for another home, such as one that is thrown away."""
        return self.model_copy(update={"home": home, "state": home / STATE})

    @property
    def host_name(self) -> str:
        """What this machine is called among the hosts: as set, else its own name without its domain."""
        own = re.sub(r"[^A-Za-z0-9-]", "-", socket.gethostname().partition(".")[0])
        return self.host or own.strip("-")[:63] or "host"

    @property
    def shown_host(self) -> str:
        """The name that lines of the log and figures bear; empty where no host is to be told from another."""
        return self.host_name if self.is_shared else self.host

    @property
    def logs(self) -> Path:
        """Where this machine's daemon writes its log, its journal and what calls cost."""
        return self.home / "logs" / self.host_name if self.is_shared else self.home / "logs"

    @property
    def state_name(self) -> str:
        """The folder of what is this machine's own, as one among the home's folders."""
        return str(self.state) if self.is_shared else STATE

    @cached_property
    def allowed(self) -> Allowed:
        """Who is listened to on Telegram."""
        return Allowed(
            chats=frozenset(self.telegram_chats),
            users={user.number: user for user in users_of(self.telegram_users)},
        )

    @property
    def digest_time(self) -> datetime.time | None:
        return digest_time(self.digest_at)

    @property
    def quiet(self) -> QuietHours | None:
        return quiet_hours(self.quiet_hours)

    @property
    def http_address(self) -> Address | None:
        return http_address(self.http)

    @property
    def passwords(self) -> tuple[str, ...]:
        """What to try on PDFs that have a password, in this order."""
        return passwords_of(self.pdf_passwords.get_secret_value())

    @cached_property
    def vocabulary(self) -> Vocabulary:
        """What is known of numbers and labels, the office's own among it."""
        return office_vocabulary(self.identifiers, self.insurance_pattern)

    def told(self) -> dict[str, str]:
        """Every setting but the folders, by its name; of a secret, and of whom messages go to, whether it is set."""
        return {
            f"{PREFIX}{name.upper()}": _told(value, is_open=name not in _NOT_TOLD)
            for name, value in sorted(self)
            if name not in ("home", "state")
        }

    @property
    def worker_count(self) -> int:
        """How many documents are worked on at once: as set, else one for each core, four at most."""
        return self.workers or max(1, min(4, len(os.sched_getaffinity(0))))


def _told(value: object, *, is_open: bool) -> str:
    """Write a value; `?` for one that is set and not to be told, such as an address that holds a password."""
    has_password = isinstance(value, HttpUrl) and value.password is not None
    is_secret = isinstance(value, SecretStr) or has_password or not is_open
    content = value.get_secret_value() if isinstance(value, SecretStr) else value
    if content is None or (is_secret and not content):
        return ""
    return _SET if is_secret else str(content)
