"""Logs: one JSON object a line, ours and third parties' alike, and nothing in it that could be about a person.

    structlog (ours) -----------------+
                                      +--> describe and prune, redact, render --> stdout, logs/dossierd.log
    standard library (third parties) -+

Invariants
- Redaction is an allowlist. A key that is not in `ALLOWED_KEYS` shows as `[redacted]`, and so does an allowed key
  whose value is more than a number, a short text or a list of them, and an event that is not a snake_case word.
- An exception is its type, its errno and its frames. Its message is left out: vendors write file names, contents and
  tokens into it. Locals are never looked at.
- A third party's line keeps its logger, its level, where it was written, and its template; never its arguments. A
  message without arguments may have been put together beforehand: it is kept only if the source has it as a constant.
- Logging never fails the daemon: a line that can't be written is dropped and counted.

One process writes `logs/dossierd.log`: the daemon. Commands pass no logs folder.
"""

import contextlib
import datetime
import errno
import json
import linecache
import logging
import os
import re
import sys
import traceback
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from logging.handlers import RotatingFileHandler
from pathlib import Path
from typing import Literal, TextIO

import structlog
from structlog.typing import EventDict, WrappedLogger

LOG_NAME = "dossierd.log"
LOG_BYTES = 10_000_000
LOG_BACKUPS = 5
LOG_MODE = 0o640
"""Readable for the group, so that an operator in it needs no root."""

OURS = "agent"
REDACTED = "[redacted]"

ALLOWED_KEYS = frozenset(
    {
        # every line
        "event", "level", "timestamp", "logger", "at", "exception",
        # which document, and where in its life
        "document", "correlation_id", "epoch", "attempt", "state", "outcome", "reason",
        "receipt", "pause_seconds", "kind", "origin",
        "original", "page", "pages", "inode", "sha256", "size", "decided_by",
        # what happened, how often, how long, how much
        "action", "attempts", "candidates", "count", "dropped", "duration_ms", "errno", "exit_code", "failed",
        "free_bytes", "limit", "loop", "mode", "part", "pid", "policy", "retry_after_seconds", "retryable", "sequence",
        "setting", "signal", "status", "step", "suspects", "timeout_seconds", "topic", "version", "waiting",
        "worker", "workers", "texts", "messages", "logs",
        # the office's own chats; a chat that moved is told by its new number
        "chat", "new_chat", "update",
        # resources
        "cpu_ms", "rss_bytes", "cost_micros",
        # how far a reading is
        "of", "remaining_seconds",
        # the registry: how many people there are, came, changed, went; rows that are bad
        "people", "added", "changed", "removed", "bad_rows",
        # what readers are fenced with
        "landlock", "seccomp", "bubblewrap",
        # a host that may not be connected to; the one that the line was written on
        "host", "from_host",
    }
)  # fmt: skip
"""Keys whose values are ids, kinds, numbers, lengths and hashes by their nature. A new key is a decision: may its value
ever be a name, a file name, a text, a secret? Record ids are left out: an office may use a national number."""

MOST_LETTERS = 300
"""No allowed value needs more; what is longer is no id, kind or number."""

MOST_FRAMES = 20
MOST_CAUSES = 5

_EVENT = re.compile(r"[a-z][a-z0-9_]*")
_PRIORITIES = {"debug": 7, "info": 6, "warning": 4, "error": 3, "critical": 2}
"""The levels of syslog(3), which journald reads from `<n>` at the start of a line."""


@dataclass(slots=True)
class DroppedLines:
    """How many lines could not be written, all handlers together."""

    count: int = 0


class _StreamHandler(logging.StreamHandler[TextIO]):
    def __init__(self, stream: TextIO, dropped: DroppedLines) -> None:
        super().__init__(stream)
        self._dropped = dropped

    def handleError(self, record: logging.LogRecord) -> None:  # noqa: N802, ARG002 # the library's name
        self._dropped.count += 1


class _FileHandler(RotatingFileHandler):
    def __init__(self, path: Path, dropped: DroppedLines) -> None:
        super().__init__(path, maxBytes=LOG_BYTES, backupCount=LOG_BACKUPS, encoding="utf-8", delay=True)
        self._dropped = dropped

    def _open(self) -> TextIO:  # type: ignore[override] # always text here
        flags = os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC
        descriptor = os.open(self.baseFilename, flags, LOG_MODE)
        os.fchmod(descriptor, LOG_MODE)  # whatever the umask says
        return open(descriptor, "a", encoding="utf-8")  # noqa: PTH123 # a descriptor

    def handleError(self, record: logging.LogRecord) -> None:  # noqa: N802, ARG002 # the library's name
        self._dropped.count += 1


class Telemetry:
    """The handlers that `configure` installed."""

    def __init__(self, handlers: list[logging.Handler], dropped: DroppedLines) -> None:
        self._handlers = handlers
        self._dropped = dropped

    @property
    def dropped_lines(self) -> int:
        """How many lines could not be written since the start; health shows it."""
        return self._dropped.count

    def close(self) -> None:
        """Take the handlers away again."""
        logging.captureWarnings(capture=False)
        for handler in self._handlers:
            logging.getLogger().removeHandler(handler)
            with contextlib.suppress(OSError):  # a full disk refuses what is still to be written
                handler.close()
        structlog.reset_defaults()


def configure(
    level: str,
    logs_folder: Path | None,
    console: Literal["json", "human"],
    *,
    console_level: str | None = None,
    to_journald: bool = False,
    stream: TextIO | None = None,
    host: str = "",
) -> Telemetry:
    """Send every line of this process to stdout, and to a rotating file if there is a folder for it.

    Args:
        level: of our own lines; third parties are heard from WARNING on.
        logs_folder: None for commands, which must not rotate the daemon's file under it.
        console: JSON for the journal, human for a terminal.
        console_level: on stdout only from this level on; None for everything.
        to_journald: put the syslog priority in front of each line; only when stdout leads to the journal.
        stream: in place of stdout.
        host: the name that each line bears of where it was written; empty for none.
    """
    logging.captureWarnings(capture=True)
    dropped = DroppedLines()
    output: logging.Handler = _StreamHandler(stream or sys.stdout, dropped)
    render = _render_human if console == "human" else _render_json
    output.setLevel(console_level or logging.NOTSET)
    output.setFormatter(_formatter(_prioritised(render) if to_journald else render, host))
    handlers = [output]
    if logs_folder is not None:
        file = _FileHandler(logs_folder / LOG_NAME, dropped)
        file.setFormatter(_formatter(_render_json, host))
        handlers.append(file)
    root = logging.getLogger()
    for handler in handlers:
        root.addHandler(handler)
    root.setLevel(max(logging.WARNING, logging.getLevelNamesMapping()[level]))
    logging.getLogger(OURS).setLevel(level)
    structlog.configure(
        processors=[
            structlog.stdlib.filter_by_level,
            structlog.contextvars.merge_contextvars,
            structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
        ],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=False,
    )
    return Telemetry(handlers, dropped)


Render = Callable[[WrappedLogger, str, EventDict], str]


def _formatter(render: Render, host: str) -> logging.Formatter:
    return structlog.stdlib.ProcessorFormatter(
        foreign_pre_chain=[structlog.contextvars.merge_contextvars],
        processors=[
            _describe_record,
            structlog.stdlib.ProcessorFormatter.remove_processors_meta,
            *([_naming(host)] if host else []),
            _redact,
            render,
        ],
        use_get_message=False,  # the template, without the arguments
        pass_foreign_args=True,
    )


def _describe_record(_logger: WrappedLogger, _method: str, line: EventDict) -> EventDict:
    """Add what the record knows of itself, and prune what third parties said."""
    record: logging.LogRecord = line["_record"]
    moment = datetime.datetime.fromtimestamp(record.created, datetime.UTC)
    line["timestamp"] = moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")
    line["level"] = record.levelname.lower()
    line["logger"] = record.name
    if not line["_from_structlog"]:
        line["at"] = f"{record.filename}:{record.lineno}"
        has_arguments = bool(line.pop("positional_args", None))
        if not (has_arguments or _stands_in_source(record)):
            line["event"] = REDACTED
    elif not _EVENT.fullmatch(str(line["event"])):
        line["event"] = REDACTED
    error = _error_of(line.pop("exc_info", None))
    line.pop("stack_info", None)
    line.pop("exception", None)
    if error is not None:
        line["exception"] = list(_frames_of(error))
    return line


def _naming(host: str) -> Callable[[WrappedLogger, str, EventDict], EventDict]:
    """Say of each line on which of several hosts it was written."""

    def name(_logger: WrappedLogger, _method: str, line: EventDict) -> EventDict:
        line["from_host"] = host
        return line

    return name


def _stands_in_source(record: logging.LogRecord) -> bool:
    """Whether the message is a constant of the statement that logged it, and not put together at run time."""
    message = str(record.msg)
    statement = "".join(linecache.getline(record.pathname, record.lineno + below) for below in range(4))
    return f'"{message}"' in statement or f"'{message}'" in statement


def _redact(_logger: WrappedLogger, _method: str, line: EventDict) -> EventDict:
    return {key: _kept(value) if key in ALLOWED_KEYS else REDACTED for key, value in line.items()}


def _kept(value: object) -> object:
    match value:
        case None | bool() | int() | float():
            return value
        case str():
            return str(value) if len(value) <= MOST_LETTERS else REDACTED
        case list() | tuple():
            return [_kept(part) for part in value]
        case _:
            return REDACTED


def _error_of(exc_info: object) -> BaseException | None:
    match exc_info:
        case BaseException():
            return exc_info
        case (_, BaseException() as error, _):
            return error
        case True:
            return sys.exception()
        case _:
            return None


def _frames_of(error: BaseException) -> Iterator[str]:
    """Tell an exception and its causes, each by its type, then its innermost frames, outermost first."""
    cause: BaseException | None = error
    for depth in range(MOST_CAUSES):
        if cause is None:
            return
        number = cause.errno if isinstance(cause, OSError) else None
        code = f"[{errno.errorcode.get(number, number)}]" if number is not None else ""
        yield f"{'caused by ' if depth else ''}{type(cause).__module__}.{type(cause).__qualname__}{code}"
        frames = [(frame.f_code, line) for frame, line in traceback.walk_tb(cause.__traceback__)]
        for code_object, line in frames[-MOST_FRAMES:]:
            yield f"{code_object.co_filename}:{line} in {code_object.co_qualname}"
        cause = cause.__cause__ or (None if cause.__suppress_context__ else cause.__context__)


def _render_json(_logger: WrappedLogger, _method: str, line: EventDict) -> str:
    first = {key: line[key] for key in ("timestamp", "level", "event") if key in line}
    return json.dumps(first | dict(line))


def _render_human(_logger: WrappedLogger, _method: str, line: EventDict) -> str:
    clock = str(line.pop("timestamp"))[11:19]
    level, event = line.pop("level"), line.pop("event")
    frames = line.pop("exception", [])
    line.pop("logger")
    words = " ".join(f"{key}={_visible(value)}" for key, value in line.items())
    return "\n    ".join([f"{clock} {level:<8} {_visible(event)} {words}".rstrip(), *map(_visible, frames)])


def _visible(value: object) -> str:
    """Escape what a terminal would obey."""
    text = str(value)
    return text if text.isprintable() else text.encode("unicode_escape").decode("ascii")


def _prioritised(render: Render) -> Render:
    def with_priority(logger: WrappedLogger, method: str, line: EventDict) -> str:
        priority = _PRIORITIES.get(str(line["level"]), _PRIORITIES["info"])
        return f"<{priority}>{render(logger, method, line)}"

    return with_priority
