"""Which piece of a page is shown: the lines that the reasons rest on, whole, and no more than a telephone shows."""

from dataclasses import replace

from agent.core.snippets import crop_of
from agent.domain.decision import Ambiguous, Candidate, Match, Policy, Reason, Unmatched
from agent.domain.document import Box, DocumentText, Line, Page, TextOrigin, Word
from agent.domain.snippet import HIGHEST, WHY_UNDRAWN, WIDEST, Crop, Undrawn
from tests.builders import text_of
from tests.custody_builders import ANNA, BERTA


def line(top: float, *places: float) -> Line:
    """A line of words, each 100 wide and 10 high."""
    words = (
        Word(text="word", box=Box(left=left, top=top, right=left + 100, bottom=top + 10)) for left in places
    )
    return Line(words=tuple(words))


def page(*lines: Line, number: int = 1, turn: int = 0) -> Page:
    return Page(number=number, width=595, height=842, origin=TextOrigin.OCR, lines=lines, turn=turn)


def reason(top: float | None, *, page: int | None = 1, code: str = "birth_date_same") -> Reason:
    box = None if top is None else Box(left=200, top=top, right=300, bottom=top + 10)
    return Reason(code=code, supports=True, sentence="", page=page, box=box)


NOTHING = reason(None, page=None, code="nobody_named")


def asked(*reasons: Reason, of_another: tuple[Reason, ...] = (), why: Reason = NOTHING) -> Ambiguous:
    return Ambiguous(
        candidates=(Candidate(person=ANNA, reasons=reasons), Candidate(person=BERTA, reasons=of_another)),
        reason=why,
    )


def test_without_a_reason_that_has_a_place_the_top_of_the_first_page_is_shown() -> None:
    text = DocumentText(pages=(page(line(700, 10)), page(number=2)))
    top = Crop(page=1, box=Box(left=0, top=0, right=595, bottom=185.9375))
    assert crop_of(asked(NOTHING), text) == top
    assert crop_of(Unmatched(reason=NOTHING), text) == top
    assert crop_of(asked(reason(100, page=3)), text) == top
    assert crop_of(asked(reason(100, page=None)), text) == top


def test_a_page_without_words_shows_its_top() -> None:
    wide = replace(page(turn=90), width=842, height=200)
    assert crop_of(Unmatched(reason=NOTHING), DocumentText(pages=(wide,))) == Crop(
        page=1, box=Box(left=0, top=0, right=842, bottom=200), turn=90
    )


def test_without_a_reason_that_has_a_place_the_line_that_says_whom_it_is_about_is_shown() -> None:
    read = text_of("Clinique du Lac", "", "", "", "", "", "", "", "", "", "", "Patient : Zora QUINTERO")
    crop = crop_of(Unmatched(reason=NOTHING), read)
    assert crop is not None
    label = read.pages[0].lines[-1].words[0].box
    assert (crop.box.top < label.top, label.bottom < crop.box.bottom) == (True, True)
    assert crop.box.top > 0


def test_a_document_of_no_page_shows_nothing() -> None:
    assert crop_of(Unmatched(reason=NOTHING), DocumentText(pages=())) is None


def test_a_line_across_a_wide_page_is_shown_with_so_much_around_it_that_a_chat_takes_the_picture() -> None:
    wide = Page(
        number=1,
        width=1600,
        height=600,
        origin=TextOrigin.TEXT_LAYER,
        lines=(line(300, *range(10, 1600, 100)),),
    )
    crop = crop_of(asked(reason(300)), DocumentText(pages=(wide,)))
    assert crop is not None
    assert crop.box.right - crop.box.left == 16 * (crop.box.bottom - crop.box.top) == 1600


def test_the_lines_of_the_words_are_shown_with_what_stands_before_and_behind_them() -> None:
    text = DocumentText(pages=(page(line(50, 0), line(100, 80, 200, 350), line(300, 20, 500), turn=90),))
    assert crop_of(asked(reason(100)), text) == Crop(
        page=1, box=Box(left=66, top=86, right=464, bottom=124), turn=90
    )


def test_a_short_line_is_shown_as_wide_as_it_takes_not_to_look_like_a_headline() -> None:
    text = DocumentText(pages=(page(line(100, 200)),))
    crop = crop_of(asked(reason(100)), text)
    assert crop is not None
    assert (crop.box.left, crop.box.right) == (100, 400)


def test_a_piece_never_leaves_the_page() -> None:
    text = DocumentText(pages=(replace(page(line(2, 0, 200, 500)), height=15),))
    crop = crop_of(asked(reason(2)), text)
    assert crop is not None
    assert crop.box == Box(left=0, top=0, right=595, bottom=15)


def test_neighbouring_lines_are_shown_whole() -> None:
    text = DocumentText(pages=(page(Line(words=()), line(82, 200), line(100, 200), line(118, 200)),))
    crop = crop_of(asked(reason(100)), text)
    assert crop is not None
    assert (crop.box.top, crop.box.bottom) == (78, 132)


def test_a_neighbouring_line_for_which_there_is_no_room_is_left_out_whole() -> None:
    high = Line(words=(Word(text="Headline", box=Box(left=200, top=20, right=300, bottom=95)),))
    low = Line(words=(Word(text="Headline", box=Box(left=200, top=115, right=300, bottom=190)),))
    crop = crop_of(asked(reason(100)), DocumentText(pages=(page(high, line(100, 200), low),)))
    assert crop is not None
    assert (crop.box.top, crop.box.bottom) == (95, 115)


def test_words_too_far_apart_for_one_piece_leave_the_one_with_most_of_them() -> None:
    lines = [line(top, 100, 200) for top in (50, 400, 420, 700)]
    text = DocumentText(pages=(page(*lines),))
    crop = crop_of(asked(*(reason(top) for top in (50, 400, 420, 700))), text)
    assert crop is not None
    assert (crop.box.top, crop.box.bottom) == (386, 444)
    assert (crop.box.bottom - crop.box.top) / (crop.box.right - crop.box.left) <= HIGHEST / WIDEST


def test_a_word_higher_than_a_piece_is_shown_from_its_top() -> None:
    tall = Reason(
        code="name_printed", supports=True, sentence="", page=1, box=Box(left=0, top=100, right=9, bottom=500)
    )
    crop = crop_of(asked(tall), DocumentText(pages=(page(),)))
    assert crop is not None
    assert crop.box.top == 86
    assert crop.box.bottom < 300


def test_the_page_is_taken_that_names_the_person_before_one_that_says_more() -> None:
    text = DocumentText(pages=(page(line(100, 200)), page(line(100, 200), number=2)))
    reasons = (reason(100), reason(100), reason(100, page=2, code="name_printed"))
    crop = crop_of(asked(*reasons), text)
    assert crop is not None
    assert crop.page == 2


def test_the_first_candidates_words_come_before_the_others_and_the_decisions_own() -> None:
    text = DocumentText(pages=tuple(page(line(100, 200), number=number) for number in (1, 2, 3)))
    first, second, third = (reason(100, page=number) for number in (1, 2, 3))
    pages = [
        crop.page
        for decision in (
            asked(first, of_another=(second,), why=third),
            asked(of_another=(second,), why=third),
            asked(why=third),
            Match(candidate=Candidate(person=ANNA, reasons=(second,)), policy=Policy.TWO_IDENTIFIERS),
        )
        if (crop := crop_of(decision, text)) is not None
    ]
    assert pages == [1, 2, 3, 2]


def test_whatever_keeps_a_piece_from_being_drawn_has_its_sentence() -> None:
    assert set(WHY_UNDRAWN) == set(Undrawn)
