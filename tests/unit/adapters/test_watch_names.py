"""Names: whose they are, and how they are shown."""

import os

import pytest

from agent.adapters.watch.names import is_accepted, is_temporary


@pytest.mark.parametrize(
    "name",
    [
        ".hidden.pdf", ".claimed", ".x.pdf.Ab12Cd", ".syncthing.x.pdf.tmp", "~syncthing~x.pdf.tmp",
        "x.pdf.part", "x.pdf.PART", "x.crdownload", "Unconfirmed 1.crdownload", "~$letter.pdf",
        "x.pdf.filepart", "x.tmp", "x.pdf.download", "x.partial",
    ],
)  # fmt: skip
def test_unfinished_names_are_temporary(name: str) -> None:
    assert is_temporary(name)


@pytest.mark.parametrize("name", ["Thumbs.db", "desktop.ini", "Desktop.ini"])
def test_what_windows_leaves_by_itself_is_nobody_s(name: str) -> None:
    assert is_temporary(name)


@pytest.mark.parametrize(
    "name", ["x.pdf", "part.pdf", "tmp", "a~$b.pdf", "x.part.pdf", "x\n.pdf", os.fsdecode(b"\xe9.pdf")]
)
def test_finished_names_are_not_temporary(name: str) -> None:
    assert not is_temporary(name)


@pytest.mark.parametrize(
    ("name", "accepted"),
    [
        ("x.pdf", True),
        ("x.PDF", True),
        (os.fsdecode(b"\xe9.Pdf"), True),
        ("x.pdf.txt", False),
        ("pdf", False),
        ("x", False),
    ],
)
def test_accepted_by_suffix_in_any_case(name: str, accepted: bool) -> None:
    assert is_accepted(name, frozenset({".pdf"})) is accepted
