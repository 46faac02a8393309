"""`check` beside a daemon that was started with other settings than are set now."""

from pathlib import Path
from typing import Any

import pytest

from agent.adapters.home import HomeLock
from agent.app import build
from agent.config import Settings
from agent.health.finding import Level
from agent.health.home import daemon

pytestmark = pytest.mark.deployment


def _settings(home: Path, **changed: Any) -> Settings:
    given: dict[str, Any] = {"home": home, "allow_root": True, "ocr_languages": "fra"}
    return Settings(**(given | changed))


def test_check_says_which_settings_the_running_daemon_has_not_got(tmp_path: Path) -> None:
    parts = build(_settings(tmp_path, mode="shadow"))
    try:
        same = daemon(_settings(tmp_path, mode="shadow"))
        other = daemon(_settings(tmp_path, identifiers="file | file number | 999999 | n° dossier"))
    finally:
        parts.close()
    assert (same.level, "settings" in same.sentence) == (Level.GOOD, False)
    assert other.level is Level.NOTICE
    assert other.sentence.endswith(
        ", with other settings than are set here: DOSSIERD_IDENTIFIERS=, DOSSIERD_MODE=shadow"
    )
    assert other.hint == "Were they changed since it was started? Type: systemctl restart dossierd"


def test_check_tells_no_long_value(tmp_path: Path) -> None:
    parts = build(_settings(tmp_path, identifiers="file | file number | 9{5,7}/99 | n° dossier, IPP"))
    try:
        found = daemon(_settings(tmp_path))
    finally:
        parts.close()
    assert found.sentence.endswith("set here: DOSSIERD_IDENTIFIERS")


def test_check_believes_a_daemon_that_said_nothing(tmp_path: Path) -> None:
    (tmp_path / "state").mkdir()
    lock = HomeLock(tmp_path / "state")
    lock.take()
    try:
        assert daemon(_settings(tmp_path)).level is Level.GOOD
    finally:
        lock.release()


@pytest.mark.security
def test_what_is_told_of_settings_holds_no_secret_and_nobody(tmp_path: Path) -> None:
    told = _settings(
        tmp_path,
        telegram_token="4711:SECRET",
        telegram_chats=(815,),
        pdf_passwords="SECRET",
        notify_urls="json://SECRET",
        ping_url="https://host/SECRET",
        otlp_url="https://host/SECRET",
        registry_url="sqlite:////SECRET",
        registry_table="people",
    ).told()
    assert {name for name, value in told.items() if value == "?"} == {
        "DOSSIERD_NOTIFY_URLS",
        "DOSSIERD_OTLP_URL",
        "DOSSIERD_PDF_PASSWORDS",
        "DOSSIERD_PING_URL",
        "DOSSIERD_REGISTRY_URL",
        "DOSSIERD_TELEGRAM_CHATS",
        "DOSSIERD_TELEGRAM_TOKEN",
    }
    assert not {"SECRET", "815"} & set("".join(told.values()).replace(":", " ").split())
    assert "DOSSIERD_HOME" not in told
    assert _settings(tmp_path).told()["DOSSIERD_TELEGRAM_TOKEN"] == ""


@pytest.mark.security
def test_an_address_is_told_unless_it_holds_a_password(tmp_path: Path) -> None:
    name = "DOSSIERD_TELEGRAM_API_URL"
    assert _settings(tmp_path, telegram_api_url="http://proxy.local/x").told()[name] == "http://proxy.local/x"
    assert _settings(tmp_path, telegram_api_url="http://u:SECRET@proxy.local/x").told()[name] == "?"
