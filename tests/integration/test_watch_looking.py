"""One look at a file whose own end can't be found by the rules."""

import struct
from pathlib import Path

import pytest

from agent.adapters.watch import looking
from agent.adapters.watch.looking import Look, look

pytestmark = pytest.mark.reliability


@pytest.mark.parametrize("error", [OverflowError, ValueError, IndexError, struct.error])
def test_a_file_that_leads_the_search_for_its_end_astray_is_left_to_the_reader(
    error: type[Exception], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def astray(*_: object) -> bool:
        raise error

    (tmp_path / "odd.tif").write_bytes(b"II*\0")
    monkeypatch.setattr(looking, "is_finished", astray)
    found = look(tmp_path, "odd.tif", is_local=False)
    assert isinstance(found, Look)
    assert found.is_finished
