"""Settings: read once from the environment and `.env`, validated before the first file is touched.

This module is the sole reader of the environment. A wrong value stops the start and names the setting, what is
wrong with it, and what to do. `.env` may hold secrets, so it must be readable by its owner alone. What stands in the
environment goes before what stands in `.env`.
"""

import datetime
import difflib
import os
import pwd
import stat
from collections.abc import Callable, Mapping
from functools import cached_property
from pathlib import Path
from typing import Annotated, Literal, Self
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from dotenv import dotenv_values
from dotenv.parser import parse_stream
from pydantic import (
    Field,
    HttpUrl,
    SecretStr,
    ValidationError,
    ValidationInfo,
    field_validator,
    model_validator,
)
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from agent.core.allowed import Allowed, users_of
from agent.core.hours import QuietHours, digest_time, quiet_hours
from agent.core.own_kinds import insurance_forms, office_vocabulary, own_kinds
from agent.core.setting_texts import addresses_of, columns_of, passwords_of, wish
from agent.core.vocabulary import Vocabulary
from agent.core.voice import Privacy
from agent.domain.decision import Mode, Policy
from agent.domain.result import Results
from agent.errors import SettingInvalid
from agent.languages import BUILT_IN, languages

PREFIX = "DOSSIERD_"
EXAMPLE = Path(__file__).resolve().parents[1] / ".env.example"
"""Each setting in a sentence. It lies beside the program, and a home's `.env` begins as its copy: `dossierd init`."""

_NOT_TOLD = frozenset({"telegram_chats", "telegram_users", "telegram_escalation_chat"})
_SET = "?"

_READ_BY: Mapping[str, Callable[[str], object]] = {
    "insurance_pattern": insurance_forms,
    "identifiers": own_kinds,
    "digest_at": digest_time,
    "quiet_hours": quiet_hours,
    "telegram_users": users_of,
}
"""Settings whose text holds something, and what reads it: it says what is wrong with it."""

OTHERS = stat.S_IRWXG | stat.S_IRWXO


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

    searchable_pdf: bool = True
    snippets: bool = False

    registry_url: SecretStr | None = None
    registry_table: str = ""
    registry_columns: Annotated[Mapping[str, str], NoDecode] = {}
    registry_watermark: str = ""
    registry_sync_minutes: float = Field(default=5.0, ge=0.1, le=1440)
    registry_max_age_hours: float = Field(default=24.0, ge=0.1, le=8760)

    log_level: str = Field(default="INFO", pattern=r"^(DEBUG|INFO|WARNING|ERROR)$")

    @field_validator("home")
    @classmethod
    def _home_is_absolute(cls, value: Path) -> Path:
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
    def passwords(self) -> tuple[str, ...]:
        """What to try on PDFs that have a password, in this order."""
        return passwords_of(self.pdf_passwords.get_secret_value())

    @cached_property
    def vocabulary(self) -> Vocabulary:
        """What is known of numbers and labels, the office's own among it."""
        return office_vocabulary(self.identifiers, self.insurance_pattern)

    def told(self) -> dict[str, str]:
        """Every setting but the home, by its name; of a secret, and of whom messages go to, whether it is set."""
        return {
            f"{PREFIX}{name.upper()}": _told(value, is_open=name not in _NOT_TOLD)
            for name, value in sorted(self)
            if name != "home"
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


def chosen_home(home: Path | None) -> Path:
    """The home that a command is about: the one named, else `DOSSIERD_HOME`, else the present folder."""
    return home or Path(os.environ.get(f"{PREFIX}HOME") or Path.cwd())


def load(env_file: Path | None = None, home: Path | None = None) -> Settings:
    """Read and validate all settings.

    Args:
        env_file: the file to read; without it `.env` in the home.
        home: goes before `DOSSIERD_HOME`; without both the home is the present folder.

    Raises:
        SettingInvalid: the file can be read by others, a name is unknown, or a value is wrong.
    """
    return _load(env_file, home, {})


def load_without_token(home: Path | None = None) -> tuple[Settings, SecretStr | None]:
    """Read all settings as if no bot were set, for who sets one up; and the token that stands there, if any.

    Raises:
        SettingInvalid: as `load`.
    """
    settings = _load(None, home, {"telegram_token": None})
    name = f"{PREFIX}TELEGRAM_TOKEN"
    path = settings_file_of(home)
    token = os.environ.get(name) or (dotenv_values(path).get(name) if path.is_file() else None)
    return settings, SecretStr(token) if token else None


def settings_file_of(home: Path | None = None) -> Path:
    return chosen_home(home) / ".env"


def outside_the_file(*names: str) -> list[str]:
    """Which of these settings stand in the environment, which goes before `.env`."""
    return [name for name in names if os.environ.get(name)]


def _load(env_file: Path | None, home: Path | None, given: Mapping[str, object]) -> Settings:
    path = env_file or settings_file_of(home)
    if env_file is not None and not path.is_file():
        raise SettingInvalid(
            f"There is no settings file {path}.", hint=f"Copy {EXAMPLE} to it, then: chmod 600"
        )
    if path.is_file():
        _refuse_readable(path)
        _refuse_broken(path)
    _refuse_unknown(path)
    try:
        given = {**given, **({} if home is None else {"home": home})}
        return Settings(_env_file=path if path.is_file() else None, **given)  # type: ignore[call-arg, arg-type]
    except ValidationError as error:
        raise SettingInvalid(
            _explain(error), hint=f"Correct it in .env (each setting is in {EXAMPLE})."
        ) from None


def _refuse_readable(path: Path) -> None:
    mode = stat.S_IMODE(path.stat().st_mode)
    if not os.access(path, os.R_OK):
        raise SettingInvalid(
            f"{path} can't be read by you: it belongs to the daemon's user.",
            hint="Type the command as that user: sudo -u dossierd dossierd ...",
        )
    if mode & OTHERS:
        raise SettingInvalid(
            f"{path} can be read by other users (its mode is {mode:04o}); it may hold secrets.",
            hint=f"Type: chmod 600 {path}",
        )


def _refuse_broken(path: Path) -> None:
    """Refuse a line that is no setting: python-dotenv would leave it out with nothing but a line in the log."""
    try:
        with path.open(encoding="utf-8") as lines:
            broken = [binding.original.line for binding in parse_stream(lines) if binding.error]
    except UnicodeDecodeError:
        raise SettingInvalid(
            f"{path} is no UTF-8 text.",
            hint=f"Save it as UTF-8 in your editor, or write it anew from {EXAMPLE}.",
        ) from None  # the error quotes the file
    if broken:
        raise SettingInvalid(
            f"{path}, line {broken[0]}: that is no setting.",
            hint="A setting looks like NAME=value, a remark like # remark.",
        )


def _refuse_unknown(path: Path) -> None:
    known = {PREFIX + name.upper() for name in Settings.model_fields}
    written = {*os.environ, *(dotenv_values(path) if path.is_file() else ())}
    for name in sorted(written):
        if name.startswith(PREFIX) and name not in known:
            near = difflib.get_close_matches(name, known, n=1)
            raise SettingInvalid(
                f"{name} is no setting of dossierd.",
                hint=f"Did you mean {near[0]}?" if near else f"Look at {EXAMPLE} for the settings there are.",
            )


def _explain(error: ValidationError) -> str:
    """Name each wrong setting and its problem, without repeating the value: it may be a secret."""
    sentences = []
    for problem in error.errors(include_url=False, include_input=False):
        name = PREFIX + str(problem["loc"][0]).upper() if problem["loc"] else ""
        message = wish(problem["type"], problem.get("ctx", {}), str(EXAMPLE))
        message = message or problem["msg"].removeprefix("Value error, ")
        sentences.append(f"{name}: {message}" if name else message)
    return "; ".join(sentences)


def watchdog_seconds() -> float | None:
    """How often systemd wants to hear from us, in seconds; None without a watchdog (sd_watchdog_enabled(3))."""
    text = os.environ.get("WATCHDOG_USEC", "")
    return int(text) / 1e6 if text.isdecimal() and int(text) > 0 else None


def is_supervised() -> bool:
    """Whether systemd wants to hear how it goes (sd_notify(3))."""
    return bool(os.environ.get("NOTIFY_SOCKET"))


def writes_to_journald() -> bool:
    """Whether standard output is connected to journald, as systemd says in JOURNAL_STREAM (systemd.exec(5))."""
    return bool(os.environ.get("JOURNAL_STREAM"))


def login_name() -> str:
    """Who types the command: the person behind sudo where there is one, else the process's user."""
    return os.environ.get("SUDO_USER") or pwd.getpwuid(os.getuid()).pw_name
