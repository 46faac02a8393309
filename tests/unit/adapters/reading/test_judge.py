import pytest

from agent.adapters.reading.judge import Layer, is_prose, judge

FRENCH = (
    "Cher confrère, j'ai vu en consultation ce jour Madame Jeanne DURAND, née le 12/03/1961, adressée pour un bilan "
    "de la fonction rénale. L'examen clinique est sans particularité. N° de dossier : HD811142."
)
ARABIC = (
    "مستشفى النور العام يجب إجراء فحص بالموجات فوق الصوتية خلال ستة أسابيع نود إعلامكم بأن نتائج تحليل الدم"
)
TABLE = """
|----------------------------+----------------+----------------|
|AGE                         |                |                |
|25-34                       |          11,472|          10,522|
|35-44                       |           1,917|             978|
|----------------------------+---------+------+---------+------|
|YES, the patient was seen   |          63,360|          62,289|
"""
RUBBISH = "*Hui{WU*9u85mn^UQz|NSS}BanS[ cl=S~l%HX:|,@zL %c4fx44Wt2/_pl3 4ieVJb8uED#He4Bl:MB,Q}^}IO?@}QVB$=4{.?zR[Uk=S"
BAD_OCR = "Centr HIspital|er Iain^-c~ncelI 12, a^|;u_clen a R~nubliqu_ - |::_n n;on - 1~l.~r4_:8 r_ I9 63"


@pytest.mark.parametrize("text", [FRENCH, ARABIC, TABLE])
def test_what_a_reader_sees_is_usable(text: str) -> None:
    assert judge(text) is Layer.USABLE


@pytest.mark.parametrize("text", [RUBBISH, BAD_OCR])
def test_rubbish_is_garbage(text: str) -> None:
    assert judge(text) is Layer.GARBAGE


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("(cid:51)(cid:31) " * 20, id="glyphs without letters"),
        pytest.param(FRENCH.replace("e", "\ufffd"), id="replacement characters"),
        pytest.param(FRENCH.replace("e", "\ue001"), id="private characters"),
        pytest.param(FRENCH.replace("e", "\x03"), id="controls"),
    ],
)
def test_a_layer_whose_font_names_no_letters_is_garbage(text: str) -> None:
    assert judge(text) is Layer.GARBAGE


@pytest.mark.parametrize("text", ["", "   \n ", "Page 3", "one two three", "a b c d"])
def test_too_little_to_judge_is_short(text: str) -> None:
    assert judge(text) is Layer.SHORT


def test_leaders_are_no_symbols() -> None:
    assert judge("Introduction ........................ 3 Results . . . . . . . . . . 17") is Layer.USABLE


PLAIN = (
    "Cher confr\u00e8re, j'ai vu en consultation ce jour la patiente, adress\u00e9e pour un bilan. "
    "L'examen clinique est sans particularit\u00e9, et le traitement est poursuivi comme avant jusqu'au 12 mai."
)


def test_plain_prose_needs_no_judgement() -> None:
    assert is_prose(PLAIN)


@pytest.mark.parametrize(
    "text",
    [RUBBISH, BAD_OCR, "", "trop peu", PLAIN + "\ufffd", PLAIN + "\ue000", "a, b, c, d, e, f, g, h, i, j,"],
)
def test_what_is_not_plainly_prose_is_judged(text: str) -> None:
    assert not is_prose(text)
