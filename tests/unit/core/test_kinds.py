import pytest

from agent.core.kinds import KINDS, document_kind
from agent.domain.document import DocumentText
from tests.builders import text_of


@pytest.mark.parametrize(
    ("line", "kind"),
    [
        ("ORDONNANCE", "prescription"),
        ("Objet : compte rendu de consultation", "report"),
        ("Compte rendu d'hospitalisation", "discharge_letter"),
        ("COMPTE-RENDU OPÉRATOIRE", "operative_report"),
        ("Re: radiology report", "imaging"),
        ("Résultats d'analyses", "lab_result"),
        ("Facture n° 1234", "invoice"),
        ("Certificat médical", "certificate"),
        ("Feuille de soins", "insurance"),
        ("تقرير طبي", "report"),
        ("Échographie : reins de taille normale, vessie vide.", None),
        ("Veuillez trouver la facture", None),
        ("", None),
    ],
)
def test_document_kind_reads_the_title(line: str, kind: str | None) -> None:
    assert document_kind(text_of("Cabinet du Dr X", line)) == kind


def test_document_kind_takes_the_highest_title() -> None:
    assert document_kind(text_of("Facture", "Ordonnance")) == "invoice"


def test_document_kind_looks_at_the_first_page_only() -> None:
    assert document_kind(text_of("Lettre\fFacture")) is None
    assert document_kind(DocumentText(pages=())) is None


def test_kinds_fit_a_file_name() -> None:
    assert all(kind.replace("_", "").isalpha() and kind.islower() for kind in KINDS)
