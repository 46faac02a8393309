"""Write settings into `.env`: the lines that are theirs, and no other byte.

python-dotenv's `set_key` changes line ends, syncs nothing and hands the file to whoever runs it; its parser is used, so
that what is written is what will be read.
"""

import io
import os
import stat
from collections.abc import Mapping
from pathlib import Path

from dotenv import dotenv_values
from dotenv.parser import parse_stream

from agent import durable, errors

_MODE = 0o600


def refuse_unwritable(path: Path) -> None:
    """Find out before anybody is asked anything whether `.env` can be written.

    Raises:
        HomeUnusable: it is not there, or may not be changed by this user.
    """
    if not path.is_file():
        raise errors.HomeUnusable(
            f"There is no settings file {path}.", hint=f"Type: dossierd init --home {path.parent}"
        )
    if not os.access(path, os.R_OK | os.W_OK) or not os.access(path.parent, os.W_OK | os.X_OK):
        raise _unwritable(path, "EACCES")


def write_settings(path: Path, values: Mapping[str, str]) -> None:
    """Give settings these values: in place of their lines, else below the remark that shows their default, else last.

    The file is replaced whole, or not at all; its owner stays, its mode is 0600, and it is on disk afterwards.

    Raises:
        HomeUnusable: the disk refuses; nothing was changed.
    """
    target = path.resolve()
    try:
        with target.open(encoding="utf-8", newline="") as reader:
            before = reader.read()
        after = changed(before, values)
        _replace(target, after)
    except OSError as error:
        raise _unwritable(path, durable.word_for(error)) from error


def changed(text: str, values: Mapping[str, str]) -> str:
    """The text of a settings file with these values."""
    for name, value in values.items():
        text = _with(text, name, value)
    assert {name: dotenv_values(stream=io.StringIO(text))[name] for name in values} == dict(values)
    return text


def _with(text: str, name: str, value: str) -> str:
    end = "\r\n" if "\r\n" in text else "\n"
    line = f"{name}={_quoted(value)}{end}"
    pieces, is_written = [], False
    for binding in parse_stream(io.StringIO(text, newline="")):
        piece = binding.original.string
        if binding.key != name:
            pieces.append(piece)
        elif not is_written:
            pieces.append(_blank_before(piece) + line)
            is_written = True
    if is_written:
        return "".join(pieces)
    lines = text.splitlines(keepends=True)
    if lines and not lines[-1].endswith(("\n", "\r")):
        lines[-1] += end
    remarks = [number for number, one in enumerate(lines) if one.startswith(f"#{name}=")]
    lines.insert(remarks[-1] + 1 if remarks else len(lines), line)
    return "".join(lines)


def _blank_before(piece: str) -> str:
    """The empty lines that the parser takes for the beginning of a setting."""
    return piece[: len(piece) - len(piece.lstrip("\r\n"))]


def _quoted(value: str) -> str:
    if value and all(letter.isascii() and (letter.isalnum() or letter in "_:=,-") for letter in value):
        return value
    escaped = value.replace("\\", "\\\\").replace("'", "\\'")
    return f"'{escaped}'"


def _replace(target: Path, text: str) -> None:
    found = target.stat()
    part = target.with_name(f"{target.name}.part")
    part.unlink(missing_ok=True)
    descriptor = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC, _MODE)
    try:
        with os.fdopen(descriptor, "w", encoding="utf-8", newline="") as writer:
            writer.write(text)
            if os.geteuid() == 0:
                os.fchown(writer.fileno(), found.st_uid, found.st_gid)
            os.fchmod(writer.fileno(), stat.S_IMODE(found.st_mode) & _MODE)
            writer.flush()
            os.fsync(writer.fileno())
        part.replace(target)
    except BaseException:
        part.unlink(missing_ok=True)
        raise
    durable.sync_folder(target.parent)


def _unwritable(path: Path, why: str) -> errors.HomeUnusable:
    return errors.HomeUnusable(
        f"{path} can't be written ({why}). Nothing was changed.",
        hint="Type the command as the user whose file it is: sudo -u dossierd dossierd telegram setup",
    )
