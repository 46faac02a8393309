"""How much memory daemon, reader and tesseract take together, with one worker, over papers that ask for much."""

from collections.abc import Iterator

from agent.domain.document import DocumentText
from benchmarks.figures import Figure
from benchmarks.group import GroupWatch
from benchmarks.reading import giants
from benchmarks.reading.rested import rested
from benchmarks.reading.sheets import people
from benchmarks.running import running_daemon

TITLE = "memory: the process group over large papers, one worker"
_MOST_MEGABYTES = 700.0
_MEGABYTES_PER_MEBIBYTE = 2**20 / 1e6
_PAGES, _DOTS, _LARGE_DOTS = 100, 300, 600
_REST_SECONDS = 3600.0
_BOMB = "a bomb of 1,600 megapixels"


def measure() -> Iterator[Figure]:
    """Drop one paper after the other and watch."""
    them = next(people())
    papers = {
        "100 pages at 300 dpi": lambda: giants.bound(giants.pages_about(them, _PAGES, _DOTS)),
        "A3 at 600 dpi, grey": lambda: giants.large_sheet(them, _LARGE_DOTS, 1),
        "A3 at 600 dpi, colour": lambda: giants.large_sheet(them, _LARGE_DOTS, 3),
        _BOMB: giants.bomb,
    }
    with running_daemon(settings="DOSSIERD_WORKERS=1\n") as daemon:
        for count, (name, draw) in enumerate(papers.items(), start=1):
            content = draw()
            with GroupWatch(daemon.pid) as watch:
                daemon.drop(f"{name}.pdf", content)
                daemon.wait_until_all_rest(count, _REST_SECONDS)
            yield Figure(
                name=f"{name}, PSS",
                measured=watch.peak_pss * _MEGABYTES_PER_MEBIBYTE,
                unit="MB",
                bound=_MOST_MEGABYTES,
                digits=0,
            )
            yield Figure(
                name=f"{name}, RSS", measured=watch.peak_rss * _MEGABYTES_PER_MEBIBYTE, unit="MB", digits=0
            )
        texts = {document.original_name: text for document, text in rested(daemon)}
    for name in papers:
        yield _unread(name, texts[f"{name}.pdf"])


def _unread(name: str, text: DocumentText | None) -> Figure:
    """Count the pages with a problem; of the bomb, whether it passes for a page without any."""
    if name == _BOMB:
        is_believed = text is not None and text.is_complete
        return Figure(
            name=f"{name}, passes for a blank page", measured=is_believed, unit="", bound=0, digits=0
        )
    lost = 1 if text is None else sum(page.problem is not None for page in text.pages)
    return Figure(name=f"{name}, pages not read", measured=lost, unit="", bound=0, digits=0)
