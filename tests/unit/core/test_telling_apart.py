"""How people on the office's own screen differ. What a message says of them: test_messages.py."""

import datetime

from agent.core.telling_apart import compared
from tests.builders import person


def test_only_fields_that_differ_are_given_with_what_each_has_there() -> None:
    people = [
        person(birth_date=datetime.date(1980, 3, 12), cin="AB1234", phone="0612345678"),
        person(birth_date=None, cin="AB1234", birth_name="Tazi", phone="0612345678"),
    ]
    assert compared(people) == [("born", ("12/03/1980", "-")), ("born as", ("-", "Tazi"))]


def test_numbers_are_compared_kind_by_kind() -> None:
    people = [person(cin="AB1234", insurance="77"), person(cin="AB1235"), person(cin="AB1234")]
    assert compared(people) == [("cin", ("AB1234", "AB1235", "AB1234")), ("insurance", ("77", "-", "-"))]


def test_records_that_are_alike_differ_in_nothing() -> None:
    assert compared([person(), person()]) == []
