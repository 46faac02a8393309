"""What health answers over HTTP: the same as `dossierd check`, without what names a file or a person."""

from agent.adapters.http.page import Page, Pages, json_page
from agent.health import Examiner
from agent.health.finding import Level
from agent.health.sharing import Shared

NEEDED = ("folders", "disk", "ledger", "registry", "ocr", "fence")
"""What it takes to take in and file one more document. Not Telegram: questions wait in the ledger until it is back."""


def pages_of(examiner: Examiner) -> Pages:
    """Answer each path; those who ask at the same time share an examination."""
    return {
        "/health": Shared(lambda: _health(examiner)).ask,
        "/readyz": Shared(lambda: _readyz(examiner)).ask,
    }


def _health(examiner: Examiner) -> Page:
    found = examiner.examine()
    is_well = not any(it.level is Level.BAD for it in found)
    return json_page([it.told(is_open=False) for it in found], is_well=is_well)


def _readyz(examiner: Examiner) -> Page:
    bad = [it.part for it in examiner.examine(NEEDED) if it.level is Level.BAD]
    return json_page({"ready": not bad, "bad": bad}, is_well=not bad)
