"""What kind of document it is: one word of a fixed list, for the file's name.

Read from the titles of the first page: short lines that begin with a known phrase, or hold one as their object. The
highest one counts. A wrong word would mislead, a missing one only says less.
"""

from agent.core.names import tokens
from agent.domain.document import DocumentText

_TITLE_LINES = 20
_PHRASES = {
    "discharge_letter": "lettre de sortie; compte rendu d hospitalisation; bulletin de sortie; discharge letter;"
    " discharge summary; تقرير الخروج",
    "operative_report": "compte rendu operatoire; protocole operatoire; operative report; تقرير العملية",
    "imaging": "compte rendu d imagerie; compte rendu de radiologie; compte rendu d echographie; imaging report;"
    " radiology report; radiographie; echographie; scanner; irm; mri; تقرير الاشعة; اشعة",
    "lab_result": "resultats d analyses; resultats de laboratoire; bilan biologique; analyses medicales; lab results;"
    " laboratory report; laboratory results; blood test results; نتائج التحاليل; تحاليل طبية",
    "prescription": "ordonnance; ordonnance medicale; prescription; وصفة طبية; وصفة",
    "certificate": "certificat; certificat medical; attestation; medical certificate; certificate; شهادة طبية; شهادة",
    "invoice": "facture; note d honoraires; invoice; bill; فاتورة",
    "insurance": "feuille de soins; prise en charge; remboursement; decompte; bordereau; insurance claim;"
    " reimbursement; claim form; التعويض; ورقة العلاج",
    "report": "compte rendu; rapport medical; consultation report; medical report; report; تقرير طبي",
}
KINDS = tuple(_PHRASES)
_BY_PHRASE = {tokens(phrase): kind for kind, phrases in _PHRASES.items() for phrase in phrases.split(";")}
_LONGEST = max(map(len, _BY_PHRASE))
_BEFORE_TITLE = frozenset({"objet", "re", "subject", "الموضوع"})
_MOST_FURTHER_WORDS = 4


def document_kind(text: DocumentText) -> str | None:
    """Name the kind of a document; None when its first page doesn't say."""
    lines = text.pages[0].lines[:_TITLE_LINES] if text.pages else ()
    return next(filter(None, (_kind_of_title(tokens(line.text)) for line in lines)), None)


def _kind_of_title(line: tuple[str, ...]) -> str | None:
    """The kind that a line names with the longest phrase at its beginning, unless it runs on as a sentence."""
    title = line[1:] if line[:1] and line[0] in _BEFORE_TITLE else line
    for length in range(_LONGEST, 0, -1):
        kind = _BY_PHRASE.get(title[:length])
        if kind:
            return kind if len(title) <= length + _MOST_FURTHER_WORDS else None
    return None
