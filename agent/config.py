"""Settings: read once from the environment and `.env`, validated before the first file is touched.

This module is the sole reader of the environment. A wrong value stops the start and names the setting, what is
wrong with it, and what to do. `.env` may hold secrets, so it must be readable by its owner alone. A secret may come as
a credential of systemd instead (systemd.exec(5), LoadCredential=). The environment goes before credentials, and they
go before `.env`.
"""

import difflib
import os
import pwd
import stat
from collections.abc import Mapping
from pathlib import Path
from typing import get_args

from dotenv import dotenv_values
from dotenv.parser import parse_stream
from pydantic import SecretStr, ValidationError

from agent.core.setting_texts import wish
from agent.errors import SettingInvalid
from agent.settings import PREFIX, Settings

__all__ = [
    "EXAMPLE",
    "PREFIX",
    "Settings",
    "bare_environment",
    "chosen_home",
    "credential_of",
    "forget_proxies",
    "is_supervised",
    "load",
    "load_without_token",
    "login_name",
    "outside_the_file",
    "secret_settings",
    "settings_file_of",
    "watchdog_seconds",
    "writes_to_journald",
]

EXAMPLE = Path(__file__).resolve().parents[1] / ".env.example"
"""Each setting in a sentence. It lies beside the program, and a home's `.env` begins as its copy: `dossierd init`."""

_OF_SYSTEMD = frozenset(
    {"NOTIFY_SOCKET", "WATCHDOG_USEC", "WATCHDOG_PID", "JOURNAL_STREAM", "CREDENTIALS_DIRECTORY"}
)

_OTHERS = stat.S_IRWXG | stat.S_IRWXO

_FOLLOWS = "default_factory_not_called"
"""What pydantic says of a default that is made from other settings, where any of those is wrong; these are named."""


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
    token = os.environ.get(name) or _credentials().get("telegram_token")
    token = token or (dotenv_values(path).get(name) if path.is_file() else None)
    return settings, SecretStr(token) if token else None


def settings_file_of(home: Path | None = None) -> Path:
    return chosen_home(home) / ".env"


def credential_of(setting: str) -> str:
    """What systemd calls the credential of a secret setting: `dossierd-telegram-token` for `telegram_token`."""
    return f"{PREFIX}{setting}".lower().replace("_", "-")


def secret_settings() -> tuple[str, ...]:
    """The settings that may come as credentials, by their names in `Settings`."""
    return tuple(
        name for name, field in Settings.model_fields.items() if SecretStr in _alternatives(field.annotation)
    )


def _alternatives(annotation: object) -> tuple[object, ...]:
    return get_args(annotation) or (annotation,)


def _credentials() -> dict[str, str]:
    """The secrets that systemd hands over, by their names in `Settings`; an empty one counts as none.

    Raises:
        SettingInvalid: one can't be read, or is no text.
    """
    folder = os.environ.get("CREDENTIALS_DIRECTORY")
    if not folder or not os.access(folder, os.X_OK):  # root's own where systemd hands nothing over
        return {}
    found = {}
    for setting in secret_settings():
        name = credential_of(setting)
        try:
            content = (Path(folder) / name).read_text(encoding="utf-8").strip()
        except FileNotFoundError:
            continue
        except (OSError, UnicodeDecodeError):
            raise SettingInvalid(
                f"The credential {name} can't be read, or is no UTF-8 text.",
                hint=f"Look at /etc/credstore/{name}: it must belong to root, with the secret as its only line.",
            ) from None  # the error may quote it
        if content and not os.environ.get(PREFIX + setting.upper()):
            found[setting] = content
    return found


def outside_the_file(*names: str) -> list[str]:
    """Which of these settings stand in the environment or come as credentials, which go before `.env`."""
    handed = {PREFIX + setting.upper() for setting in _credentials()}
    return [name for name in names if os.environ.get(name) or name in handed]


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
        given = {**_credentials(), **given, **({} if home is None else {"home": home})}
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
    if mode & _OTHERS:
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
        if problem["type"] == _FOLLOWS:
            continue
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


def forget_proxies() -> None:
    """Take every proxy out of the environment: libraries would lead messages, and passwords, through it unasked."""
    for name in [it for it in os.environ if it.lower().endswith("_proxy")]:
        del os.environ[name]


def bare_environment(*kept: str) -> dict[str, str]:
    """The environment without our settings and without systemd's, for a daemon that is tried beside the real one.

    Args:
        kept: settings that it has as well, by their names in `Settings`.
    """
    ours = {f"{PREFIX}{name}".upper() for name in kept}
    return {
        name: value
        for name, value in os.environ.items()
        if name in ours or (not name.startswith(PREFIX) and name not in _OF_SYSTEMD)
    }


def login_name() -> str:
    """Who types the command: the person behind sudo where there is one, else the process's user."""
    return os.environ.get("SUDO_USER") or pwd.getpwuid(os.getuid()).pw_name
