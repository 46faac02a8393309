"""Which record ids may become the name of a folder, on any file system that an archive may be copied to."""

import re
import unicodedata

LONGEST_BYTES = 100
"""File systems allow 255; the rest is left for copies with a suffix and for short path limits elsewhere."""
_SEPARATORS = frozenset('/\\:*?"<>|')
_RESERVED = re.compile(r"(con|prn|aux|nul|com\d|lpt\d)(\..*)?", re.IGNORECASE)


def problem_with(record_id: str) -> str | None:
    """Say why a record id can't name a folder; None when it can."""
    if not record_id:
        return "the id is empty"
    if len(record_id.encode()) > LONGEST_BYTES:
        return f"the id is longer than {LONGEST_BYTES} bytes"
    if any(unicodedata.category(character).startswith("C") for character in record_id):
        return "the id holds an invisible character"
    if _SEPARATORS & set(record_id):
        return 'the id holds one of / \\ : * ? " < > |'
    if record_id[0] in "._" or record_id[-1] in ". ":
        return "the id begins with a dot or an underscore, or ends with a dot"
    if _RESERVED.fullmatch(record_id):
        return "the id is a name that some systems reserve"
    return None


def folded(record_id: str) -> str:
    """What a file system that ignores case and accents' composition takes two ids for."""
    return unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", record_id).casefold())
