"""A secret in a file is found, unless it is known to be none."""

import json
from pathlib import Path

import pytest
from detect_secrets.core.secrets_collection import SecretsCollection

from checks.secrets import BASELINE, ROOT, found_in, tracked, unknown

pytestmark = pytest.mark.security

TOKEN = ":".join(("110201543", "AAHdqTcvCH1vGWJxfSeofSAs0K5PALDsawX"))
PEM_HEAD = " ".join(("-----BEGIN", "RSA PRIVATE KEY-----"))


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        (f"DOSSIERD_TELEGRAM_TOKEN={TOKEN}\n", "Telegram Bot Token"),
        (f"{PEM_HEAD}\nMIIEpAIBAAKCAQEA\n", "Private Key"),
        (
            "url = 'postgresql://reader:" + "hunter2hunter2" + "@db.example/office'\n",
            "Basic Auth Credentials",
        ),
    ],
    ids=["token", "key", "password"],
)
def test_a_secret_is_found_and_named_by_its_line(tmp_path: Path, content: str, kind: str) -> None:
    (tmp_path / "settings.txt").write_text(f"# nothing here\n{content}", encoding="utf-8")
    found = found_in(tmp_path, ["settings.txt"])
    assert f"settings.txt:2: {kind}" in unknown(found, SecretsCollection())


def test_a_test_may_invent_a_password_but_hold_no_token(tmp_path: Path) -> None:
    (tmp_path / "tests").mkdir()
    file = tmp_path / "tests" / "test_x.py"
    file.write_text(
        f"a = 'postgresql://reader:{'hunter2' * 2}@db.example/office'\nb = '{TOKEN}'\n", encoding="utf-8"
    )
    found = unknown(found_in(tmp_path, ["tests/test_x.py"]), SecretsCollection())
    assert found == ["tests/test_x.py:2: Telegram Bot Token"]


def test_what_is_known_is_not_told_again_even_on_another_line(tmp_path: Path) -> None:
    file = tmp_path / "settings.txt"
    file.write_text(f"a = '{TOKEN}'\n", encoding="utf-8")
    known = found_in(tmp_path, ["settings.txt"])
    file.write_text(f"\n\n\na = '{TOKEN}'\n", encoding="utf-8")
    assert unknown(found_in(tmp_path, ["settings.txt"]), known) == []


def test_the_files_looked_at_are_those_of_the_repository() -> None:
    names = tracked()
    assert {"README.md", "agent/app.py", ".env.example", "checks/secrets.py"} <= set(names)
    assert not [name for name in names if name.endswith((".lock", ".pyc")) or name.startswith(".venv")]


def test_what_is_known_names_files_of_the_repository_and_no_path_of_a_machine() -> None:
    known = json.loads((ROOT / BASELINE).read_text(encoding="utf-8"))["results"]
    assert {it["filename"] for found in known.values() for it in found} == set(known)
    assert set(known) <= set(tracked())
