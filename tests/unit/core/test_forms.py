import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent.core.forms import form_of, read_form
from agent.core.stream import tokens_of
from agent.domain.document import text_of_plain


def read_in(text: str, *forms: str) -> str | None:
    stream = tokens_of(text_of_plain(text))
    end = read_form(stream, 0, [form_of(form) for form in forms])
    return None if end is None else "".join(token.text for token in stream[:end])


@pytest.mark.parametrize(
    ("form", "value", "expected"),
    [
        ("999999", "123456", True),
        ("999999", "1234567", False),
        ("999999", "12345A", False),
        ("AA9{4,7}", "BE65950", True),
        ("AA9{4,7}", "BE659", False),
        ("9{5}/99", "1234524", True),
        ("9{5}/99", "12345/24", False),
        ("99999", "١٢٣٤٥", False),
    ],
)
def test_a_form_fits_a_whole_compact_number(form: str, value: str, expected: bool) -> None:
    assert (form_of(form).compact.fullmatch(value) is not None) is expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("12345/24", "1234524"),
        ("12345 / 24", "1234524"),
        ("12345 24", None),
        ("12345 24 ans", None),
        ("12345 24 mars 2024", None),
        ("1234524", "1234524"),
        ("12345/24 suite", "1234524"),
        ("12345/24.\nsuite", "1234524"),
        ("12345-24", None),
        ("12345/246", None),
        ("12345/24-02", None),
        ("12345/24/1", None),
        ("12345\n24", None),
        ("12345", None),
    ],
)
def test_a_number_is_read_with_its_marks_and_not_out_of_a_longer_one(text: str, expected: str | None) -> None:
    assert read_in(text, "9{5}/99") == expected


def test_of_several_readings_the_longest_counts() -> None:
    assert read_in("123456-78", "9{6}", "9{6}-99") == "12345678"


def test_a_blank_is_read_where_the_form_has_one() -> None:
    assert read_in("RSS MRA 85T10 A562S", "AAA AAA 99A99 A999A") == "rssmra85t10a562s"
    assert read_in("12345678 Z", "99999999 A") == "12345678z"
    assert read_in("12345678 Z", "99999999-A") is None


@pytest.mark.parametrize(
    ("form", "problem"),
    [
        ("", "1 to 60"),
        ("9" * 61, "1 to 60"),
        ("9999{", "holds only"),
        ("[0-9]+", "holds only"),
        ("(A+)+9", "holds only"),
        ("99  99", "stand between"),
        ("B9999", "holds only"),
        ("9{0}999", "a count is"),
        ("9{7,5}", "a count is"),
        ("-99999", "stand between"),
        ("99999/", "stand between"),
        ("999--999", "stand between"),
        ("9{31}", "at most 30"),
    ],
)
def test_what_is_no_form_is_refused_with_the_reason(form: str, problem: str) -> None:
    with pytest.raises(ValueError, match=problem):
        form_of(form)


@pytest.mark.parametrize(
    ("form", "weakness"),
    [
        ("999", "fewer than 4 letters"),
        ("9{3,8}", "fewer than 4 letters"),
        ("AAAA99", "fewer than 3 digits"),
        ("9999", "a year or a date"),
        ("9{4,7}", "a year or a date"),
        ("99/99/9999", "a year or a date"),
        ("99.99.99", "a year or a date"),
        ("9{1,2}-9{1,2}-9{2,4}", "a year or a date"),
        ("9999-99-99", "a year or a date"),
        ("99/9999", "a year or a date"),
        ("9{4,6}/99", "a year or a date"),
        ("9{5,6}/9{2,3}", "two parts of changing length"),
        ("99999 99", "a blank may be those"),
        ("99999 A", None),
        ("999999", None),
        ("9{5,7}/99", None),
        ("A9{5,7}-A{1,2}9", None),
        ("99.99.99-999.99", None),
    ],
)
def test_a_form_that_proves_nothing_says_why(form: str, weakness: str | None) -> None:
    found = form_of(form).weakness()
    assert (found is None) if weakness is None else (found is not None and weakness in found)


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [
        ("9{5}/99", "9{4}/999", True),
        ("9{5}", "9{6}", False),
        ("9{5,7}", "9{6}", True),
        ("A9{5}", "9{6}", False),
        ("A{1,2}9{5}", "AA-99999", True),
    ],
)
def test_two_forms_overlap_when_a_number_may_have_both(one: str, other: str, expected: bool) -> None:
    assert form_of(one).overlaps(form_of(other)) is expected
    assert form_of(other).overlaps(form_of(one)) is expected


@given(st.text(alphabet="9A-/.{},0123", max_size=70))
def test_whatever_is_written_is_a_form_or_is_refused(text: str) -> None:
    try:
        form = form_of(text)
    except ValueError:
        return
    assert form.weakness() is None or form.weakness()
    assert form.compact.fullmatch("9" * 10_000) is None
