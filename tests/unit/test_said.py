"""The words of log lines: all that could tell of somebody, and nothing that digits get into by chance."""

from tests.said import words_of


def test_keys_and_texts_are_words_wherever_they_stand() -> None:
    line = '{"event": "read", "fields": {"name": ["Marie", {"born": "1949-03-17"}]}}'
    assert words_of(line).split("\n") == ["event", "read", "fields", "name", "Marie", "born", "1949-03-17"]


def test_hashes_moments_and_numbers_are_none() -> None:
    line = '{"size": 1949, "hash": "1949' + "ab" * 30 + '", "at": "1949-03-17T03:16:00.123Z"}'
    assert words_of(line).split("\n") == ["size", "hash", "", "at", ""]


def test_what_is_no_json_is_whole() -> None:
    assert words_of("Traceback 1949\n{not json") == "Traceback 1949\n{not json"
