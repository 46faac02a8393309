"""The chain of a TIFF's pages, in both orders of bytes and both widths."""

import struct

import pytest

from agent.tiff import Chain, follow

Tag = tuple[int, int, int, bytes]
"""Number, type, count of values, and the field that holds them or their place."""

SUBFILE, WIDTH, OFFSETS, LENGTHS = 254, 256, 273, 279
SHORT, LONG = 3, 4


def number(value: int) -> bytes:
    return struct.pack("<I", value)


def classic(*directories: tuple[Tag, ...], pixels: int = 100, last: int = 0) -> bytes:
    """A little-endian TIFF: its directories one after the other, and the pixels behind."""
    at, written = 8, b""
    for index, tags in enumerate(directories):
        following = at + 2 + 12 * len(tags) + 4
        written += struct.pack("<H", len(tags))
        written += b"".join(struct.pack("<HHI", *tag[:3]) + tag[3] for tag in tags)
        written += number(following if index + 1 < len(directories) else last)
        at = following
    return b"II*\0" + number(8) + written + b"\xff" * pixels


def chain(content: bytes, most: int = 10) -> Chain:
    def read(at: int, length: int) -> bytes:
        assert at < len(content), "the system refuses a place of 64 bits"
        return content[at : at + length]

    return follow(read, len(content), most)


def strip(offset: int, length: int) -> tuple[Tag, ...]:
    return ((OFFSETS, LONG, 1, number(offset)), (LENGTHS, LONG, 1, number(length)))


def test_pages_are_followed_to_the_last() -> None:
    assert chain(classic(strip(60, 50), strip(110, 40))) == Chain((True, True), is_linked=True, is_whole=True)


def test_no_more_pages_are_followed_than_are_asked_for() -> None:
    assert chain(classic(strip(60, 5), strip(60, 5), strip(60, 5)), most=2).pages == (True, True)


@pytest.mark.parametrize("last", [8, 100_000])
def test_a_chain_that_leads_back_or_out_of_the_file_has_no_end(last: int) -> None:
    assert chain(classic(strip(60, 5), last=last)) == Chain((True,), is_linked=False, is_whole=False)


def test_a_file_without_a_page_is_not_whole() -> None:
    assert chain(b"II*\0" + number(0)) == Chain((), is_linked=True, is_whole=False)


def test_pixels_beyond_the_end_are_missing() -> None:
    content = classic(strip(60, 50))
    assert chain(content).is_whole
    assert chain(content[:100]) == Chain((True,), is_linked=True, is_whole=False)


def test_the_last_of_several_strips_counts() -> None:
    """Their places lie apart, their lengths fit into the tag."""
    places = 8 + 2 + 24 + 4
    tags = ((OFFSETS, LONG, 2, number(places)), (LENGTHS, SHORT, 2, struct.pack("<HH", 9, 40)))
    content = classic(tags, pixels=0) + number(46) + number(60)
    assert not chain(content + b"\xff" * 39).is_whole
    assert chain(content + b"\xff" * 54).is_whole


def test_what_is_no_number_of_bytes_is_left_to_the_reader() -> None:
    assert chain(classic(((OFFSETS, 2, 1, number(9999)), (LENGTHS, LONG, 1, number(9999))))).is_whole


def test_a_small_version_of_a_page_is_no_page_of_its_own() -> None:
    large = ((WIDTH, LONG, 1, number(1654)), *strip(60, 5))
    small = ((SUBFILE, LONG, 1, number(1)), (WIDTH, LONG, 1, number(160)), *strip(60, 5))
    mask = ((SUBFILE, LONG, 1, number(4)), *large)
    second_of_many = ((SUBFILE, LONG, 1, number(2)), *strip(60, 5))
    assert chain(classic(large, small, mask, second_of_many)).pages == (True, False, False, True)
    assert chain(classic(small, large)).pages == (False, True)


def test_what_calls_itself_a_small_version_and_is_not_smaller_is_a_page() -> None:
    """A program that marks each page behind the first so would else lose them in silence."""
    large = ((WIDTH, LONG, 1, number(1654)), *strip(60, 5))
    assert chain(classic(large, ((SUBFILE, LONG, 1, number(1)), *large))).pages == (True, True)


def test_a_directory_of_too_many_tags_is_not_followed() -> None:
    assert chain(b"II*\0" + number(8) + b"\xff" * 900_000) == Chain((), is_linked=False, is_whole=False)


def test_big_endian_numbers_stand_left_in_their_field() -> None:
    directory = struct.pack(">HHHIHHHHIII", 2, OFFSETS, SHORT, 1, 38, 0, LENGTHS, LONG, 1, 62, 0)
    content = b"MM\0*" + struct.pack(">I", 8) + directory
    assert len(content) == 38
    assert chain(content + b"\xff" * 62).is_whole
    assert not chain(content + b"\xff" * 61).is_whole


def test_the_large_kind_has_wider_numbers() -> None:
    directory = struct.pack("<QHHQQHHQQQ", 2, OFFSETS, 16, 1, 72, LENGTHS, 16, 1, 28, 0)
    content = b"II+\0" + struct.pack("<HHQ", 8, 0, 16) + directory
    assert chain(content + b"\xff" * 28) == Chain((True,), is_linked=True, is_whole=True)
    assert not chain(content + b"\xff" * 27).is_whole


@pytest.mark.reliability
@pytest.mark.parametrize("place", [1 << 63, (1 << 64) - 1])
def test_a_place_far_beyond_the_file_is_not_asked_for(place: int) -> None:
    """The watcher asks the system for it, and would stop over the number."""
    assert chain(b"II+\0" + struct.pack("<HHQ", 8, 0, place)) == Chain((), is_linked=False, is_whole=False)


@pytest.mark.reliability
def test_a_table_of_places_far_beyond_the_file_is_not_asked_for() -> None:
    directory = struct.pack("<QHHQQHHQQQ", 2, OFFSETS, 16, 1 << 40, 1 << 63, LENGTHS, 16, 1 << 40, 1 << 63, 0)
    assert chain(b"II+\0" + struct.pack("<HHQ", 8, 0, 16) + directory).is_linked
