import pytest

from agent.cli.differences import say_differences, say_how_those_alike_differ
from tests.builders import person

ONE = person(record_id="101", cin="Q600908")
ALIKE = person(record_id="102", cin="Q600909")
OTHER = person("Clark", "Omar", record_id="103")


def test_only_those_who_read_the_same_are_told_apart(capsys: pytest.CaptureFixture[str]) -> None:
    say_how_those_alike_differ([ONE, OTHER, ALIKE])
    told = capsys.readouterr().out
    assert "Q600908" in told
    assert "Q600909" in told
    assert "103" not in told


def test_nothing_is_said_where_all_read_differently(capsys: pytest.CaptureFixture[str]) -> None:
    say_how_those_alike_differ([ONE, OTHER])
    assert capsys.readouterr().out == ""


def test_two_who_differ_in_nothing_are_said_to(capsys: pytest.CaptureFixture[str]) -> None:
    say_differences([person(record_id="1"), person(record_id="2")])
    assert "They differ in nothing but their record's id." in capsys.readouterr().out
