"""What people are told of the house."""

import pytest

from agent.core.notices import (
    left_notice,
    nothing_left_notice,
    paused_notice,
    resumed_notice,
    stuck_notice,
    unstuck_notice,
    unwell_notice,
    well_notice,
)
from agent.core.voice import ENGLISH, Privacy, Voice
from agent.domain.document import DocumentId
from agent.domain.message import NOTICES, OVER, MessageKind, Topic
from agent.domain.phrase import Phrase
from agent.domain.room import Room, hint_for, told
from agent.languages import catalogue

FRENCH = Voice(catalogue=catalogue("fr"))


def test_a_pause_says_why_what_to_do_and_that_nothing_is_lost() -> None:
    notice = paused_notice("archive/: 1 MB free.", "Free some space.", voice=ENGLISH)
    assert notice.lines[:2] == ("archive/: 1 MB free.", "Free some space.")
    assert "safe" in notice.lines[2]
    assert notice.reference is None


def test_stuck_documents_are_named_up_to_three() -> None:
    ids = [DocumentId(number) for number in (7, 8, 9, 10)]
    assert (
        stuck_notice(ids[:1], "The disk refuses (EACCES).", "", voice=ENGLISH).title
        == "1 document can't go on: D-7"
    )
    several = stuck_notice(ids, "The disk refuses (EACCES).", "Look at the owner.", voice=ENGLISH)
    assert several.title == "4 documents can't go on: D-7, D-8, D-9, ..."
    assert several.lines[:2] == ("The disk refuses (EACCES).", "Look at the owner.")


def test_what_was_left_is_counted_by_what_is_wrong_with_it_and_not_named() -> None:
    one = left_notice({"Kabbaj Mounir.docx": "too large"}, voice=ENGLISH)
    assert one.title == "Left in incoming/: 1 thing that is not filed"
    assert one.lines[0] == "too large: 1"
    many = {f"{number}.docx": "no PDF or picture" for number in range(12)} | {"a.pdf": "too large"}
    for privacy in (Privacy.MINIMAL, Privacy.NORMAL):
        assert left_notice(many, voice=Voice(privacy=privacy)).lines[:-2] == (
            "no PDF or picture: 12",
            "too large: 1",
        )


def test_what_was_left_is_listed_up_to_ten_where_names_of_files_may_be_told() -> None:
    voice = Voice(privacy=Privacy.FULL)
    [long, *_] = left_notice({f"{'x' * 300}/plan.docx": "a link"}, voice=voice).lines
    assert long == f"…{'x' * 109}/plan.docx: a link"
    many = left_notice({f"{number}.docx": "a link" for number in range(12)}, voice=voice)
    assert many.title == "Left in incoming/: 12 things that are not filed"
    assert many.lines[9:11] == ("9.docx: a link", "and 2 more")


def test_each_topic_has_a_notice_for_its_end() -> None:
    begins = {
        paused_notice("", "", voice=ENGLISH).kind,
        stuck_notice([DocumentId(1)], "", "", voice=ENGLISH).kind,
        left_notice({"a": "b"}, voice=ENGLISH).kind,
        unwell_notice("", "").kind,
        MessageKind.PAUSED,
    }
    over = (resumed_notice, unstuck_notice, nothing_left_notice)
    ends = {
        MessageKind.UNPAUSED,
        well_notice("ocr").kind,
        *(end(voice=ENGLISH).kind for end in over),
    }
    assert ends == OVER
    assert begins | ends == set(NOTICES)
    assert {NOTICES[kind] for kind in begins} == {NOTICES[kind] for kind in ends} == set(Topic)


def test_what_is_not_well_is_told_in_its_own_words_and_so_is_its_end() -> None:
    notice = unwell_notice("tesseract is missing", "sudo apt install tesseract-ocr")
    assert notice.title == "Something needs you"
    assert notice.lines == ("tesseract is missing", "sudo apt install tesseract-ocr", "More: dossierd check")
    assert well_notice("ocr").title == "Resolved: ocr"


def test_an_alert_names_no_path_of_the_machine() -> None:
    notice = unwell_notice("no such file: /srv/anna.csv", "sudo chown dossierd /srv/anna.csv")
    assert notice.lines == ("no such file: …", "sudo chown dossierd …", "More: dossierd check")


def test_a_full_disk_and_a_deaf_chat_are_told_in_the_language_of_the_office() -> None:
    full = Room(folders=("a", "b", "c", "d"), free_bytes=120_000_000, free_inodes=None)
    floor = 200_000_000
    assert paused_notice(told(full, floor), hint_for(full, floor), voice=FRENCH).lines[:2] == (
        (
            "le disque de dossierd\u00a0: 120 Mo libres\u00a0; "
            "la prise en charge s'arrête au-dessous de 200 et reprend au-dessus de 240"
        ),
        (
            "Libérez de la place à cet endroit, ou abaissez DOSSIERD_DISK_FLOOR_MEGABYTES. "
            "Rien n'est perdu\u00a0; cela reprend tout seul."
        ),
    )
    crowded = Room(folders=("archive",), free_bytes=900_000_000, free_inodes=12)
    assert paused_notice(told(crowded, floor), hint_for(crowded, floor), voice=FRENCH).lines[:2] == (
        (
            "archive/\u00a0: encore 12 fichiers possibles\u00a0; "
            "la prise en charge s'arrête au-dessous de 1000 et reprend au-dessus de 1200"
        ),
        (
            "Son disque ne peut plus contenir beaucoup de fichiers, même petits\u00a0: "
            "retirez ceux dont personne n'a besoin. Rien n'est perdu\u00a0; cela reprend tout seul."
        ),
    )
    deaf = Phrase("Chat {number} is not told any more. {error}", number=2, error="")
    assert unwell_notice(deaf, "", FRENCH).lines[0] == "La conversation 2 ne reçoit plus rien. "


def test_what_documents_met_is_told_in_the_language_of_the_office_and_without_paths() -> None:
    met = Phrase(
        "{what} ({why}).", what=Phrase("{folder}/ can't be read or written to", folder="archive"), why="EIO"
    )
    told = stuck_notice([DocumentId(7)], met, "sudo ls /srv/x", voice=FRENCH)
    assert told.lines[:2] == ("archive/ ne peut pas être lu ou écrit (EIO).", "sudo ls …")


@pytest.mark.parametrize(("part", "told"), [("fence", "isolation"), ("chat 2", "la conversation 2")])
def test_a_french_office_reads_what_is_resolved_by_its_french_name(part: str, told: str) -> None:
    assert well_notice(part, FRENCH).title == f"Résolu\N{NO-BREAK SPACE}: {told}"
    assert well_notice(part).title == f"Resolved: {part}"
