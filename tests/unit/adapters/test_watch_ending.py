"""The structural end of a PDF, judged by a file's first and last bytes."""

import pytest

from agent.adapters.watch.ending import is_finished
from agent.adapters.watch.picture_ending import TAIL_BYTES

pytestmark = pytest.mark.reliability

BODY = b"%PDF-1.7\n1 0 obj\n<< /Type /Catalog >>\nendobj\n" + b"x" * 20_000
END = b"xref\n0 1\ntrailer\n<<>>\nstartxref\n46\n%%EOF\n"
LINEARIZED = b"%PDF-1.4\n12 0 obj\n<< /Linearized 1 /L 30000 /H [ 1 2 ] >>\nendobj\nstartxref\n0\n%%EOF\n"


def finished(content: bytes) -> bool:
    return is_finished(lambda at, length: content[at : at + length], len(content))


@pytest.mark.parametrize(
    "content",
    [
        BODY + END,
        BODY + END.rstrip(b"\n"),
        BODY + END.replace(b"\n", b"\r"),
        BODY + END.replace(b"\n", b"\r\n"),
        b"\xef\xbb\xbf\n" + BODY + END,
        b"HTTP/1.1 200 OK\r\n\r\n" + BODY + END,
        BODY + END + b"\0" * 4096,
        BODY + END + b"<html>appended by a gateway</html>" * 50,
        BODY + END + b"5 0 obj\n<<>>\nendobj\n" + END,
        LINEARIZED + b"x" * 30_000 + END,
        b"Dear Sir,\nthis is no PDF.\n",
        b"PK\x03\x04" + b"\0" * 2000,
        b"x",
    ],
    ids=[
        "plain", "no_last_newline", "cr", "crlf", "byte_order_mark", "http_header", "zero_padding",
        "html_behind", "two_revisions", "linearized", "text", "zip", "one_letter",
    ],
)  # fmt: skip
def test_complete_content_is_finished(content: bytes) -> None:
    assert finished(content)


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"%PD",
        b"\n\n",
        b"\0" * 50_000,
        BODY,
        BODY + END[:-10],
        BODY + b"\0" * 50_000,
        BODY + END + b"5 0 obj\n<< /Revised true >>",
        BODY + b"startxref\n0\n%%EOF\n",
        BODY + b"startxref\n99999999\n%%EOF\n",
        LINEARIZED,
        LINEARIZED + b"x" * 10_000 + END,
        BODY + END + b"x" * TAIL_BYTES,
    ],
    ids=[
        "empty", "first_letters", "blank", "reserved", "no_end", "end_cut", "reserved_tail",
        "growing_revision", "offset_zero", "offset_outside", "first_section_of_linearized",
        "shorter_than_promised", "much_garbage",
    ],
)  # fmt: skip
def test_content_that_may_grow_is_unfinished(content: bytes) -> None:
    assert not finished(content)


@pytest.mark.security
@pytest.mark.timeout(5)
@pytest.mark.parametrize(
    "filler", [b"startxref ", b"startxref\n1", b"1 ", b"1", b" ", b"/L ", b"startxref 1 %%EOF "]
)
def test_hostile_repetition_is_judged_quickly(filler: bytes) -> None:
    content = b"%PDF-1.7 /Linearized" + filler * (20_000 // len(filler))
    for _ in range(100):
        finished(content)
