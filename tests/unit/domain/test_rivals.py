from agent.domain import rivals
from agent.domain.document import Box, Line, Page, PageProblem, TextOrigin, Word

NUMBER = "BJ708849"
OTHER = "BJ708846"
"""A slip away: another person's number."""


def word(text: str, confidence: int | None, left: float = 50.0) -> Word:
    return Word(
        text=text, box=Box(left=left, top=100.0, right=left + 60.0, bottom=112.0), confidence=confidence
    )


def page(
    *words: Word,
    coverage: float | None = 1.0,
    width: float = 595.0,
    height: float = 842.0,
    problem: PageProblem | None = None,
    passes: int = 1,
) -> Page:
    return Page(
        number=1,
        width=width,
        height=height,
        origin=TextOrigin.OCR,
        lines=(Line(words=words),),
        problem=problem,
        passes=passes,
        coverage=coverage,
    )


def test_confidence_is_weighed_by_the_length_of_words() -> None:
    assert rivals.confidence([word("a", 0), word("abc", 100)]) == 75.0


def test_no_word_has_no_confidence() -> None:
    assert rivals.confidence([]) == 0.0


def test_more_explained_ink_beats_more_confidence() -> None:
    dropped, whole = page(word("a", 96), coverage=0.5), page(word("b", 82), coverage=0.97)
    assert rivals.better(dropped, whole).text == "b"
    assert rivals.better(whole, dropped).text == "b"


def test_among_complete_readings_the_surer_one_is_better() -> None:
    assert rivals.better(page(word("a", 75), coverage=1.0), page(word("b", 95), coverage=0.98)).text == "b"


def test_a_reading_that_failed_is_never_better() -> None:
    lost = page(problem=PageProblem.TIMED_OUT, coverage=None, passes=2)
    kept = rivals.better(page(word("a", 40), coverage=0.3, problem=PageProblem.TEXT_DROPPED), lost)
    assert (kept.text, kept.passes) == ("a", 2)


def test_where_two_sure_readings_differ_neither_is_sure() -> None:
    first, second = page(word(NUMBER, 85)), page(word(OTHER, 92))
    (disputed,) = rivals.better(first, second).lines[0].words
    assert (disputed.text, disputed.confidence) == (OTHER, 15)


def test_an_unsure_reading_casts_no_doubt() -> None:
    (kept,) = rivals.better(page(word(NUMBER, 92)), page(word(OTHER, 59))).lines[0].words
    assert (kept.text, kept.confidence) == (NUMBER, 92)


def test_where_two_readings_agree_the_word_is_as_sure_as_the_surer_one() -> None:
    first = page(word(NUMBER, 70), word("whole", 99, left=200.0))
    second = page(word(NUMBER, 90), word("whole", 50, left=200.0))
    assert [each.confidence for each in rivals.better(first, second).lines[0].words] == [90, 99]


def test_words_at_other_places_have_no_say() -> None:
    there = page(word(OTHER, 90, left=200.0), word(OTHER, 90, left=105.0))
    assert rivals.better(page(word(NUMBER, 95), word("a", 95, left=400.0)), there).lines[0].words[0] == word(
        NUMBER, 95
    )


def test_a_page_that_stands_another_way_round_has_no_say() -> None:
    turned = page(word(OTHER, 80), width=842.0, height=595.0)
    assert rivals.better(page(word(NUMBER, 95)), turned).lines[0].words == (word(NUMBER, 95),)


def test_words_of_a_text_layer_have_no_doubts() -> None:
    (kept,) = rivals.weighed((Line(words=(word(NUMBER, None),)),), (Line(words=(word(OTHER, 95),)),))
    assert kept.words == (word(NUMBER, None),)


def test_words_of_a_text_layer_cast_none() -> None:
    (kept,) = rivals.weighed((Line(words=(word(NUMBER, 90),)),), (Line(words=(word(OTHER, None),)),))
    assert kept.words == (word(NUMBER, 90),)
