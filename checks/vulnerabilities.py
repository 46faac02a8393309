"""Whether a locked package has a known hole: `python -m checks.vulnerabilities`.

pip-audit asks PyPI about each version of the locks. Where PyPI can't be asked, that is said, and nothing was checked:
no reason to stop for somebody without a network, or behind a mirror that knows no holes. `--must-ask` makes it one:
run it so before a release.
"""

import json
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

LOCKS = ("requirements-dev.lock", "requirements-build.lock")
"""The first holds all that the daemon uses, too."""

ROOT = Path(__file__).parent.parent
ANSWER_SECONDS = 5
SECONDS = 60


def report_of(lock: str) -> Mapping[str, Any] | None:
    """Have pip-audit look up what a lock holds; None if it can't be asked."""
    try:
        done = subprocess.run(
            [
                *(
                    sys.executable,
                    "-m",
                    "pip_audit",
                    "--requirement",
                    lock,
                    "--disable-pip",
                    "--require-hashes",
                ),
                *("--format", "json", "--progress-spinner", "off", "--timeout", str(ANSWER_SECONDS)),
            ],
            cwd=ROOT,
            capture_output=True,
            timeout=SECONDS,
            check=False,
        )
        report = json.loads(done.stdout)
    except (ValueError, subprocess.TimeoutExpired):
        return None
    return report if isinstance(report, dict) else None


def judge(reports: Sequence[Mapping[str, Any] | None], *, must_ask: bool) -> tuple[list[str], int]:
    """Say what was found, and the exit code: 1 for a hole, or for what could not be asked although it must."""
    packages = [package for report in reports if report is not None for package in report["dependencies"]]
    holes = [
        f"{package['name']} {package['version']}: {hole['id']}, mended in: {', '.join(hole['fix_versions']) or 'none'}"
        for package in packages
        for hole in package.get("vulns", ())
    ]
    unasked = sum("skip_reason" in package for package in packages)
    is_asked = None not in reports and not unasked
    lines = sorted(set(holes))
    if not is_asked:
        lines.append(
            f"NOT CHECKED for known holes: {unasked} of {len(packages)} packages; PyPI can't be asked, or says nothing."
        )
    return lines, 1 if holes or (must_ask and not is_asked) else 0


def main() -> int:
    lines, code = judge([report_of(lock) for lock in LOCKS], must_ask="--must-ask" in sys.argv[1:])
    for line in lines:
        print(line)
    return code


if __name__ == "__main__":
    sys.exit(main())
