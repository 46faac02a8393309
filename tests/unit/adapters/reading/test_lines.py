from agent.adapters.reading.lines import clean, lines_of, right_to_left_share, word
from agent.domain.document import Box, Word


def placed(text: str, left: float, top: float, *, width: float = 40.0, height: float = 10.0) -> Word:
    return Word(text=text, box=Box(left=left, top=top, right=left + width, bottom=top + height))


def texts(*words: Word) -> list[str]:
    return [line.text for line in lines_of(words)]


def test_words_of_one_height_are_one_line_from_left_to_right() -> None:
    assert texts(placed("ALAMI", 200, 100), placed("Nom:", 50, 101)) == ["Nom: ALAMI"]


def test_lines_follow_each_other_from_top_to_bottom() -> None:
    assert texts(placed("second", 50, 120), placed("first", 50, 100)) == ["first", "second"]


def test_a_comma_joins_the_line_that_it_stands_in() -> None:
    assert texts(placed("Lyon", 50, 100), placed(",", 92, 107, width=2, height=4)) == ["Lyon ,"]


def test_a_line_that_slopes_a_little_stays_one_line() -> None:
    sloping = [placed(str(number), 50.0 * number, 100 + number * 0.6) for number in range(10)]
    assert texts(*sloping) == ["0 1 2 3 4 5 6 7 8 9"]


def test_a_frame_beside_the_text_does_not_swallow_the_lines() -> None:
    frame = placed("|", 10, 50, width=2, height=700)
    assert texts(frame, placed("first", 50, 100), placed("second", 50, 120), placed("third", 50, 140)) == [
        "|",
        "first",
        "second",
        "third",
    ]


def test_arabic_is_read_from_right_to_left_and_latin_inside_it_from_left_to_right() -> None:
    line = [
        placed("الاسم", 400, 100),
        placed("الكامل", 350, 100),
        placed("Samir", 200, 100),
        placed("LOUZAMI", 250, 100),
        placed("المدينة", 100, 100),
    ]
    assert texts(*line) == ["الاسم الكامل Samir LOUZAMI المدينة"]


def test_arabic_inside_a_latin_line_is_read_its_own_way() -> None:
    line = [
        placed("Patient", 50, 100),
        placed("concerned:", 100, 100),
        placed("علي", 200, 100),
        placed("محمد", 250, 100),
    ]
    assert texts(*line) == ["Patient concerned: محمد علي"]


def test_numbers_follow_the_direction_of_an_arabic_line() -> None:
    assert texts(placed("الرقم", 300, 100), placed("12", 250, 100), placed("34", 200, 100)) == ["الرقم 12 34"]


def test_no_words_are_no_lines() -> None:
    assert lines_of([]) == ()


def test_clean_undoes_ligatures_and_presentation_forms() -> None:
    assert clean("certi\ufb01cat") == "certificat"
    assert clean("\ufee3\ufea4\ufee4\ufeaa") == "محمد"


def test_clean_drops_controls_direction_marks_and_lone_surrogates() -> None:
    assert clean("A\x00B\u200fC\ud800D") == "ABCD"


def test_a_word_of_which_nothing_is_left_is_none() -> None:
    assert word("\u200f \x07", Box(left=0, top=0, right=1, bottom=1)) is None


def test_right_to_left_share_counts_letters_only() -> None:
    assert right_to_left_share("12/03/1980 --") == 0.0
    assert right_to_left_share("اب ab 123") == 0.5
