"""Whether a file of the repository holds a token, a key or a password: `python -m checks.secrets`.

detect-secrets finds what looks like one. What it finds and is none (invented tokens of tests, examples in the docs)
stands in `.secrets.baseline` as a hash; a human reads it before it is committed. Its own hook is not used: that one
fails whenever a line has moved.
"""

import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from detect_secrets.core import baseline
from detect_secrets.core.secrets_collection import SecretsCollection
from detect_secrets.settings import transient_settings

ROOT = Path(__file__).parent.parent
BASELINE = ".secrets.baseline"
UNREAD = (":!*.lock", ":!*.po", f":!{BASELINE}")
"""Hashes of packages; texts for people, which take long; hashes of what is known."""

TOKENS = (
    "AWSKeyDetector",
    "GitHubTokenDetector",
    "JwtTokenDetector",
    "OpenAIDetector",
    "PrivateKeyDetector",
    "PypiTokenDetector",
    "TelegramBotTokenDetector",
)
"""What has a form of its own, and somebody who works on this may have in hand."""

GUESSES = ("Base64HighEntropyString", "BasicAuthDetector", "HexHighEntropyString", "KeywordDetector")
"""What may be a secret by what stands around it; not in tests, which are full of invented ones."""


def tracked() -> list[str]:
    """Every file that git has or would take, relative to the root."""
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard", "--", ".", *UNREAD],  # noqa: S607
        cwd=ROOT,
        capture_output=True,
        check=True,
    )
    names = listed.stdout.decode().split("\0")
    return sorted(name for name in names if name and (ROOT / name).is_file())


def found_in(root: Path, files: Sequence[str]) -> SecretsCollection:
    """Find what looks like a secret; nothing of it is tried anywhere."""
    found = _found_by(TOKENS, root, files)
    for name, secret in _found_by(GUESSES, root, [it for it in files if not it.startswith("tests/")]):
        found[name].add(secret)
    return found


def _found_by(plugins: Sequence[str], root: Path, files: Sequence[str]) -> SecretsCollection:
    with transient_settings({"plugins_used": [{"name": name} for name in plugins]}) as settings:
        settings.disable_filters("detect_secrets.filters.common.is_ignored_due_to_verification_policies")
        found = SecretsCollection(root=str(root))
        found.scan_files(*files)
    return found


def unknown(found: SecretsCollection, known: SecretsCollection) -> list[str]:
    """Say what is found and not known, wherever in its file: `file:line: Telegram Bot Token`."""
    seen = {(name, it.type, it.secret_hash) for name, it in known}
    return sorted(
        f"{name}:{it.line_number}: {it.type}"
        for name, it in found
        if (name, it.type, it.secret_hash) not in seen
    )


def main(*, is_anew: bool) -> int:
    """Tell each that is not known; the exit code is 1 if there is one.

    Args:
        is_anew: write the baseline of what is found, for a human to read.
    """
    found = found_in(ROOT, tracked())
    if is_anew:
        for name, secret in found:
            secret.filename = name  # the library's is a path of this machine
        baseline.save_to_file(found, str(ROOT / BASELINE))
        return 0
    known = baseline.load(baseline.load_from_file(str(ROOT / BASELINE)), str(ROOT / BASELINE))
    lines = unknown(found, known)
    for line in lines:
        print(line)
    if lines:
        print("If none is one: python -m checks.secrets --anew, and read the difference.")
    return 1 if lines else 0


if __name__ == "__main__":
    sys.exit(main(is_anew="--anew" in sys.argv))
