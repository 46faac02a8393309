"""An extra: the design's own documents, which don't belong to the project. Skipped, and said so, where they are not."""

import json
import subprocess
import sys
from collections.abc import Iterable
from dataclasses import asdict
from pathlib import Path

import pytest

from agent.adapters.home import REGISTRY_FILE
from agent.adapters.registry import RegistryIndex, read_csv
from agent.domain.decision import Policy
from agent.domain.outcome import Archived, InReview
from agent.evaluation.scoring import Prediction, Score, prediction_of, read_truth, score
from tests.faults.world import SETTINGS, World, stop

SHARED = Path(__file__).parents[2].parent / "shared"
DATA = SHARED / "data" / "matching"
SCORE = SHARED / "tools" / "score_matching.py"

pytestmark = [
    pytest.mark.slow,
    pytest.mark.security,
    pytest.mark.timeout(600),
    pytest.mark.skipif(not DATA.is_dir(), reason="extra: the shared documents are not beside this clone"),
]


def _score(predictions: Iterable[dict[str, object]], truth: Iterable[str], folder: Path) -> str:
    """Score as the design's own tool does; it exits with 1 on a single false match."""
    (folder / "truth.jsonl").write_text("".join(truth))
    (folder / "predictions.jsonl").write_text("".join(json.dumps(it) + "\n" for it in predictions))
    done = subprocess.run(
        [sys.executable, SCORE, folder / "truth.jsonl", folder / "predictions.jsonl", "two-identifiers"],
        capture_output=True,
        text=True,
        check=False,
    )
    print(done.stdout)
    assert done.returncode == 0, done.stdout
    return done.stdout


def _share(scored: str, word: str) -> float:
    """Read `automatic 117/118` out of the tool's last line."""
    found = scored.rsplit(word, 1)[1].split()[0]
    part, _, whole = found.partition("/")
    return int(part) / int(whole)


def _truth() -> dict[str, str]:
    lines = (DATA / "truth.jsonl").read_text().splitlines(keepends=True)
    return {json.loads(line)["doc"]: line for line in lines}


def _agrees(scored: str, ours: Score) -> None:
    """The tool counts what `dossierd eval` counts."""
    assert f"documents {ours.documents}  false matches {len(ours.false_matches)}  " in scored
    assert f"automatic {ours.automatic.count}/{ours.automatic.of} " in scored
    assert scored.strip().endswith(f"{ours.shown.count}/{ours.shown.of}")


def test_three_hundred_texts_match_nobody_falsely_and_nearly_all_by_rule(tmp_path: Path) -> None:
    out = tmp_path / "out.jsonl"
    files = {"--registry": "registry.csv", "--documents": "docs.jsonl", "--truth": "truth.jsonl"}
    options = [word for option, name in files.items() for word in (option, str(DATA / name))]
    done = subprocess.run(
        [sys.executable, "-m", "agent", "eval", *options, "--home", tmp_path, "--predictions", out],
        capture_output=True,
        text=True,
        check=False,
    )
    print(done.stdout)
    assert done.returncode == 0, done.stdout + done.stderr
    predictions = [json.loads(line) for line in out.read_text().splitlines()]
    scored = _score(predictions, _truth().values(), tmp_path)
    assert _share(scored, "automatic ") >= 0.97
    assert _share(scored, "shown ") >= 0.97
    ours = score(
        [Prediction(**{**it, "candidates": tuple(it["candidates"])}) for it in predictions],
        read_truth(DATA / "truth.jsonl", Policy.TWO_IDENTIFIERS),
    )
    _agrees(scored, ours)


def test_forty_pdfs_through_the_daemon(tmp_path: Path) -> None:
    world = World.make(tmp_path / "home", SETTINGS.replace("fra+eng", "fra+eng+ara"))
    registry = RegistryIndex(world.home / "state" / REGISTRY_FILE)
    registry.replace(read_csv(DATA / "registry.csv").people, confirm_deletions=True)
    registry.close()
    pdfs = {path.name: path.read_bytes() for path in sorted((DATA / "pdf").iterdir())}
    for name, content in pdfs.items():
        world.drop(name, content)
    daemon = world.start("run", module="agent")
    try:
        world.wait_until_up(daemon)
        world.wait(lambda: world.rests() and len(world.documents()) == len(pdfs), daemon, seconds=500)
        stop(daemon)
    finally:
        daemon.kill()
    world.check(pdfs)
    truth = _truth()
    lines: list[str] = []
    predictions: list[dict[str, object]] = []
    for document in world.documents():
        doc = document.original_name.removesuffix(".pdf")
        line = json.loads(truth[doc.removesuffix("_scan")]) | {"doc": doc}
        lines.append(json.dumps(line) + "\n")
        assert isinstance(document.outcome, Archived | InReview)
        assert document.outcome.decision is not None
        predictions.append(asdict(prediction_of(doc, document.outcome.decision)))
    scored = _score(predictions, lines, tmp_path)
    assert _share(scored, "automatic ") >= 0.90
    assert _share(scored, "shown ") >= 0.97
