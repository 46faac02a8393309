"""What reads documents, and what is made from them, as the settings say."""

from collections.abc import Callable
from pathlib import Path

from agent.adapters.reading.copies import SearchableCopies
from agent.adapters.reading.drawer import SnippetDrawer
from agent.adapters.reading.sandbox import SandboxedReader
from agent.adapters.reading.splitter import PdfSplitter
from agent.core.learned import vocabulary_with
from agent.domain.lesson import LessonState
from agent.ports import Ledger
from agent.settings import Settings

_WORDS_MEGABYTES = 32
"""What the words of a document may add to its searchable copy: more than a reading can hold."""


def scratch_of(settings: Settings) -> Path:
    """Where readers have their folders: on the home's own disk, and nowhere that others look."""
    return settings.state / "scratch"


def labels_of(settings: Settings, ledger: Ledger) -> tuple[str, ...]:
    """The labels that could make a name or a number somebody's, those among them that were learned by now."""
    lessons = ledger.lessons(frozenset({LessonState.ACTIVE}))
    return vocabulary_with(settings.vocabulary, lessons).identifying_labels


def build_reader(settings: Settings, labels: Callable[[], tuple[str, ...]] | None = None) -> SandboxedReader:
    """Build what reads documents.

    Args:
        labels: as `SandboxedReader` says; None for those of the settings.
    """
    return SandboxedReader(
        scratch=scratch_of(settings),
        languages=settings.ocr_languages,
        page_seconds=settings.page_seconds,
        document_seconds=settings.document_seconds,
        memory_megabytes=settings.reader_megabytes,
        max_pages=settings.max_pages,
        max_file_megabytes=settings.max_file_megabytes,
        render_megapixels=settings.render_megapixels,
        at_once=settings.worker_count,
        fenced=settings.reader_fence,
        labels=labels or (lambda: settings.vocabulary.identifying_labels),
        passwords=settings.passwords,
        max_text_megabytes=settings.max_text_megabytes,
        max_page_text_megabytes=settings.max_page_text_megabytes,
    )


def build_copies(settings: Settings, reader: SandboxedReader) -> SearchableCopies:
    return SearchableCopies(
        reader,
        memory_megabytes=settings.reader_megabytes,
        max_megabytes=settings.max_file_megabytes + _WORDS_MEGABYTES,
    )


def build_drawer(settings: Settings, reader: SandboxedReader) -> SnippetDrawer:
    return SnippetDrawer(
        reader,
        memory_megabytes=settings.reader_megabytes,
        render_megapixels=settings.render_megapixels,
        max_pages=settings.max_pages,
        passwords=settings.passwords,
    )


def build_splitter(settings: Settings, reader: SandboxedReader) -> PdfSplitter:
    return PdfSplitter(
        reader, memory_megabytes=settings.reader_megabytes, max_megabytes=settings.max_file_megabytes
    )
