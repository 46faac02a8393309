"""Reads the people from a CSV file: encoding and separator are detected, headers mapped.

All or nothing: one bad row refuses the file, with every bad line listed. The record's id becomes a folder name, so it
is checked here, and it is taken from a column that holds a national or an insurance number only if somebody says so.

The file is read as a stream, and again each time its people are asked for: a million rows take no more memory than one.
"""

import codecs
import csv
import io
import itertools
import os
import shutil
import stat
import tempfile
import weakref
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, TextIO

from agent.adapters.registry.fields import placed, recognised
from agent.adapters.registry.records import PlacesOfIds, Record, read_record
from agent.core.identifiers import IDENTIFIERS, IdentifierKind
from agent.domain.identity import Person
from agent.domain.message import visible
from agent.errors import RegistryInvalid

_ENCODINGS = ("utf-8-sig", "cp1252")
_WIDE = "utf-16"
_WIDE_MARKS = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
_SEPARATORS = ",;\t|"
_CHUNK_BYTES = 100_000
_HEAD_BYTES = 4
_OTHER_KINDS = (
    (b"%PDF", "a PDF"),
    (b"PK\3\4", "a spreadsheet or a ZIP"),
    (b"\xd0\xcf\x11\xe0", "a spreadsheet of an old Excel"),
)
"""What files begin with that are given for a CSV: of PDF, of XLSX and ODS, of XLS."""
_MISQUOTED = "in the row that begins here a quote is opened, and not closed where its cell ends"
_TOO_LONG = f"a cell has more than {csv.field_size_limit():,} characters"
_SAVE = "Save the sheet as CSV (UTF-8) with the columns id, last_name, first_name"
_HINT = f"{_SAVE}, and correct the listed lines."
_COLUMNS_HINT = f'{_SAVE}, or say which column is which: --column id="N° dossier"'


class CsvPeople:
    """The people of a file that was found valid, read anew each time; a file that has changed since is refused then."""

    def __init__(self, table: "_Table", count: int) -> None:
        self._table = table
        self._count = count

    def __len__(self) -> int:
        return self._count

    def __iter__(self) -> Iterator[Person]:
        for record in self._table.records():
            if record.person is None:
                raise RegistryInvalid("The file changed while it was read; nothing was imported.", hint=_HINT)
            yield record.person


@dataclass(frozen=True, slots=True, kw_only=True)
class CsvRegistry:
    """A whole file, valid.

    Attributes:
        fields: which field each header was taken for.
        unused: the headers that were taken for nothing.
    """

    people: CsvPeople
    fields: Mapping[str, str]
    unused: tuple[str, ...]
    encoding: str
    separator: str


def read_csv(
    path: Path, columns: Mapping[str, str] | None = None, kinds: Sequence[IdentifierKind] = IDENTIFIERS
) -> CsvRegistry:
    """Check all people of a CSV file.

    Args:
        columns: headers by field, where the header is not to be taken for what it seems to say.
        kinds: the kinds of numbers that a column may hold.

    Raises:
        RegistryInvalid: it can't be read, lacks a column, or has bad rows, which are listed by line.
    """
    file = _OpenFile(path)
    encoding = _encoding_of(file.content, path)
    headers = {mark: _header(file.content, encoding, mark) for mark in _SEPARATORS}
    separator = max(_SEPARATORS, key=lambda mark: _known(headers[mark], columns or {}, kinds))
    table = _Table(file, encoding, separator, columns or {}, kinds)
    problems: list[tuple[int | str, str]] = []
    count = 0
    for record in table.records():
        count += record.person is not None
        if record.problem is not None:
            problems.append((record.place, record.problem))
    if problems:
        raise RegistryInvalid(
            f"{len(problems)} rows can't be used; nothing was imported.",
            problems=tuple(problems),
            hint=_HINT,
        )
    if not count:
        raise RegistryInvalid("The file holds no people.", hint=_HINT)
    header, fields = table.header, table.fields
    return CsvRegistry(
        people=CsvPeople(table, count),
        fields={header[place]: field for field, place in sorted(fields.items(), key=lambda it: it[1])},
        unused=tuple(name for place, name in enumerate(header) if place not in fields.values()),
        encoding=encoding,
        separator=separator,
    )


class _Table:
    """The rows of an open file, read from its beginning each time."""

    def __init__(
        self,
        file: "_OpenFile",
        encoding: str,
        separator: str,
        columns: Mapping[str, str],
        kinds: Sequence[IdentifierKind],
    ) -> None:
        self._file = file
        self._encoding = encoding
        self._separator = separator
        self._kinds = kinds
        self.header = next((row for _, row in self._rows()), [])
        self.fields = placed(self.header, columns, kinds, hint=_COLUMNS_HINT)

    def records(self) -> Iterator[Record]:
        rows = self._rows()
        next(rows)
        with closing(PlacesOfIds()) as places:
            for line, row in rows:
                yield self._record(line, row, places)

    def _record(self, line: int, row: Sequence[str], places: PlacesOfIds) -> Record:
        if len(row) != len(self.header):
            return Record(place=line, problem=f"it has {len(row)} cells instead of {len(self.header)}")
        cells = {field: row[place].strip() for field, place in self.fields.items()}
        record = read_record(line, cells, self._kinds)
        earlier = None if record.person is None else places.earlier(record.person.record_id, line)
        return record if earlier is None else Record(place=line, problem=f"its id is that of line {earlier}")

    def _rows(self) -> Iterator[tuple[int, list[str]]]:
        """Each row that is not blank, with the line it begins on."""
        line = 1
        try:
            with _text(self._file.content, self._encoding) as text:
                reader = csv.reader(text, delimiter=self._separator, strict=True)
                for row in reader:
                    if any(cell.strip() for cell in row):
                        yield line, row
                    line = reader.line_num + 1
        except csv.Error as error:
            raise RegistryInvalid(
                "The file is no well-formed CSV; nothing was imported.",
                problems=((line, _MISQUOTED if self._has_quote(line) else _TOO_LONG),),
                hint=_HINT,
            ) from error
        except (OSError, UnicodeError) as error:
            raise RegistryInvalid(
                "The file changed, or its disk failed, while it was read.", hint=_HINT
            ) from error

    def _has_quote(self, line: int) -> bool:
        """Whether a row's first line holds a quote: without one there it has no other line."""
        with _text(self._file.content, self._encoding) as text:
            return '"' in next(itertools.islice(text, line - 1, None), "")


class _OpenFile:
    """A file that can be read again and again, and is closed when nobody needs it any more."""

    def __init__(self, path: Path) -> None:
        """Open it; what can be read only once, such as a pipe, is copied first.

        Raises:
            RegistryInvalid: it can't be read.
        """
        try:
            self.content: BinaryIO = path.open("rb")
            weakref.finalize(self, self.content.close)
            if not stat.S_ISREG(os.fstat(self.content.fileno()).st_mode):
                self._copy()
        except OSError as error:
            raise _unreadable(path, error) from error

    def _copy(self) -> None:
        copy = tempfile.TemporaryFile()  # noqa: SIM115 # closed with this object
        weakref.finalize(self, copy.close)
        shutil.copyfileobj(self.content, copy)
        self.content = copy


@contextmanager
def _text(content: BinaryIO, encoding: str) -> Iterator[TextIO]:
    """The file's text from its beginning; the file stays open for the next time."""
    content.seek(0)
    text = io.TextIOWrapper(content, encoding=encoding, newline="")
    try:
        yield text
    finally:
        text.detach()


def _encoding_of(content: BinaryIO, path: Path) -> str:
    content.seek(0)
    head = content.read(_HEAD_BYTES)
    for magic, kind in _OTHER_KINDS:
        if head.startswith(magic):
            raise RegistryInvalid(f"The file is {kind}, and no CSV.", hint=f"{_SAVE}.")
    for encoding in (_WIDE,) if head.startswith(_WIDE_MARKS) else _ENCODINGS:
        if _is_text(content, encoding, path):
            return encoding
    raise RegistryInvalid(
        "The file is no text in UTF-8, in UTF-16 with its mark, or in Windows-1252.", hint=_HINT
    )


def _is_text(content: BinaryIO, encoding: str, path: Path) -> bool:
    """Whether all of a file is text in an encoding; a NUL is in no text."""
    content.seek(0)
    decoder = codecs.getincrementaldecoder(encoding)()
    try:
        while chunk := content.read(_CHUNK_BYTES):
            if "\0" in decoder.decode(chunk):
                return False
        decoder.decode(b"", final=True)
    except UnicodeError:
        return False
    except OSError as error:
        raise _unreadable(path, error) from error
    return True


def _unreadable(path: Path, error: OSError) -> RegistryInvalid:
    why = f" ({error.strerror})" if error.strerror else ""
    return RegistryInvalid(
        f"{visible(str(path))} can't be read{why}.", hint="Check its path and who may read it."
    )


def _header(content: BinaryIO, encoding: str, separator: str) -> list[str]:
    """The first row that is not blank, if the file were divided like this; a header may stand on several lines."""
    with _text(content, encoding) as text:
        try:
            rows = csv.reader(text, delimiter=separator)
            return next((row for row in rows if any(cell.strip() for cell in row)), [])
        except csv.Error:
            return []


def _known(header: Sequence[str], columns: Mapping[str, str], kinds: Sequence[IdentifierKind]) -> int:
    """How many fields a header holds, if it were divided like this."""
    try:
        return len(recognised(header, columns, kinds))
    except RegistryInvalid:
        return 0
