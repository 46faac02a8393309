"""What the benchmarks measure with: papers that can be told apart, figures that can fail, processor time."""

import itertools
import os
import time

import pypdfium2
import pytest

from benchmarks import processes, soak
from benchmarks.figures import Figure, report
from benchmarks.papers import PEOPLE, letters, note, people

pytestmark = pytest.mark.observability


@pytest.mark.parametrize(("measured", "is_within"), [(2.9, True), (3.0, True), (3.1, False)])
def test_a_figure_above_its_bound_fails_the_benchmark(
    measured: float, is_within: bool, capsys: pytest.CaptureFixture[str]
) -> None:
    figure = Figure(name="CPU", measured=measured, unit="x", bound=3.0)
    assert report("burst", [Figure(name="time", measured=9.0, unit="s"), figure]) is is_within
    assert ("ABOVE" in capsys.readouterr().out) is not is_within


def test_no_two_papers_are_alike() -> None:
    assert len({note(number) for number in range(50)}) == 50
    assert len({content for _, content in itertools.islice(letters(), 5)}) == 5
    everybody = people()
    assert len({them.last_name for them in everybody}) == len(everybody) == PEOPLE
    assert len({them.card_number for them in everybody}) == PEOPLE


def test_a_note_is_a_page_with_its_number() -> None:
    document = pypdfium2.PdfDocument(note(7))
    assert len(document) == 1
    assert document[0].get_textpage().get_text_range() == "Note 7"


def test_work_shows_in_the_processor_time() -> None:
    before = processes.cpu_seconds(os.getpid())
    spent = time.process_time()
    while time.process_time() - spent < 0.05:
        sum(range(1000))
    assert processes.cpu_seconds(os.getpid()) > before
    assert next(processes.tree(os.getpid())) == os.getpid()
    held = processes.memory(os.getpid())
    assert 0 < held.pss <= held.rss <= held.peak_rss


def test_growth_is_a_slope_and_no_single_step() -> None:
    def sample(documents: int) -> soak.Sample:
        return soak.Sample(
            documents=documents,
            daemon=90.0,
            fork_server=48.0,
            processes=2,
            descriptors=54,
            threads=16,
            scratch=0,
            cpu_ratio=3.0,
            documents_per_second=12.0,
        )

    samples = [sample(documents) for documents in (2000, 3000, 4000, 5000)]
    assert soak.slope(samples, [100.0, 102.0, 104.0, 106.0]) == pytest.approx(2.0)
    assert soak.slope(samples, [100.0, 100.0, 100.0, 100.0]) == 0.0
    assert soak.slope(samples[:1], [100.0]) == 0.0
    assert soak.last_to_first([3.0, 3.1, 3.0, 3.6]) == pytest.approx(1.2)
