"""Settings: where they come from, which are refused, and that no refusal repeats a value."""

import os
from pathlib import Path

import pytest

from agent import config
from agent.config import EXAMPLE, Settings, load
from agent.domain.decision import Mode, Policy
from agent.errors import SettingInvalid

pytestmark = pytest.mark.deployment


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty home that is the present folder, and an environment without our settings."""
    for name in [name for name in os.environ if name.startswith("DOSSIERD_")]:
        monkeypatch.delenv(name)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def _write(folder: Path, *lines: str, mode: int = 0o600) -> Path:
    path = folder / ".env"
    path.write_text("".join(f"{line}\n" for line in lines))
    path.chmod(mode)
    return path


def test_without_any_setting_the_defaults_hold(home: Path) -> None:
    settings = load()
    assert settings.home == home
    assert (settings.mode, settings.policy, settings.timezone) == (Mode.AUTO, Policy.TWO_IDENTIFIERS, "UTC")
    assert settings.telegram_token is None
    assert settings.telegram_chats == ()
    assert settings.allow_root is False
    assert settings.ocr_languages == "fra+eng+ara"
    assert settings.ocr_confidence_floor == 80
    assert (settings.max_crashes, settings.stop_seconds, settings.rescan_seconds) == (5, 5.0, 30.0)


def test_settings_are_read_from_the_file_in_the_home(home: Path) -> None:
    _write(
        home,
        "DOSSIERD_MODE=shadow",
        "DOSSIERD_TELEGRAM_TOKEN=123:abc",
        "DOSSIERD_TELEGRAM_CHATS=42, -1007 9",
        "# a comment",
        "OTHER=1",
    )
    settings = load()
    assert settings.mode is Mode.SHADOW
    assert settings.telegram_token
    assert settings.telegram_token.get_secret_value() == "123:abc"
    assert settings.telegram_chats == (42, -1007, 9)


def test_the_environment_goes_before_the_file(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    _write(home, "DOSSIERD_MODE=shadow", "DOSSIERD_WORKERS=3")
    monkeypatch.setenv("DOSSIERD_MODE", "propose")
    settings = load()
    assert (settings.mode, settings.workers) == (Mode.PROPOSE, 3)


@pytest.fixture
def credentials(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty folder of credentials, as systemd makes one for a service."""
    folder = tmp_path / "credentials"
    folder.mkdir()
    monkeypatch.setenv("CREDENTIALS_DIRECTORY", str(folder))
    return folder


@pytest.mark.security
def test_a_secret_may_come_from_systemd_and_goes_before_the_file(home: Path, credentials: Path) -> None:
    _write(home, "DOSSIERD_TELEGRAM_TOKEN=123:filed", "DOSSIERD_TELEGRAM_CHATS=42")
    (credentials / "dossierd-telegram-token").write_text("123:handed\n")
    settings = load()
    assert settings.telegram_token is not None
    assert settings.telegram_token.get_secret_value() == "123:handed"
    assert config.outside_the_file("DOSSIERD_TELEGRAM_TOKEN", "DOSSIERD_TELEGRAM_CHATS") == [
        "DOSSIERD_TELEGRAM_TOKEN"
    ]


@pytest.mark.security
def test_who_sets_a_bot_up_sees_the_token_that_systemd_hands_over(home: Path, credentials: Path) -> None:
    _write(home, "DOSSIERD_TELEGRAM_TOKEN=123:filed")
    (credentials / "dossierd-telegram-token").write_text("123:handed\n")
    settings, token = config.load_without_token()
    assert settings.telegram_token is None
    assert token is not None
    assert token.get_secret_value() == "123:handed"


def test_the_environment_goes_before_what_systemd_hands_over(
    home: Path, credentials: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (credentials / "dossierd-pdf-passwords").write_text("handed")
    monkeypatch.setenv("DOSSIERD_PDF_PASSWORDS", "set")
    assert load().passwords == ("set",)


def test_a_credential_that_is_empty_or_missing_is_none(
    home: Path, credentials: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (credentials / "dossierd-pdf-passwords").write_text("\n")
    assert load().passwords == ()
    monkeypatch.setenv("CREDENTIALS_DIRECTORY", str(home / "of-no-service"))
    assert load() == Settings()


@pytest.mark.security
def test_a_credential_that_is_no_text_is_refused_by_its_name(home: Path, credentials: Path) -> None:
    (credentials / "dossierd-telegram-token").write_bytes(b"123:\xff")
    with pytest.raises(
        SettingInvalid, match="The credential dossierd-telegram-token can't be read"
    ) as refused:
        load()
    assert "123" not in str(refused.value)
    assert "/etc/credstore/dossierd-telegram-token" in str(refused.value.hint)


def test_an_empty_setting_is_none(home: Path) -> None:
    _write(home, "DOSSIERD_TELEGRAM_TOKEN=", "DOSSIERD_WORKERS=")
    assert (load().telegram_token, load().workers) == (None, 0)


def test_the_home_comes_from_the_option_then_the_environment_then_the_file(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("option", "environment", "file"):
        (home / name).mkdir()
    _write(home, f"DOSSIERD_HOME={home / 'file'}")
    assert load().home == home / "file"
    monkeypatch.setenv("DOSSIERD_HOME", str(home / "environment"))
    _write(home / "environment", "DOSSIERD_WORKERS=2")
    assert (load().home, load().workers) == (home / "environment", 2)
    _write(home / "option", "DOSSIERD_WORKERS=1")
    settings = load(home=home / "option")
    assert (settings.home, settings.workers) == (home / "option", 1)


def test_a_home_is_made_absolute(home: Path) -> None:
    assert load(home=Path("below")).home == home / "below"


def test_a_file_of_settings_can_be_named(home: Path) -> None:
    named = _write(home, "DOSSIERD_WORKERS=2").rename(home / "settings")
    assert load(named).workers == 2


def test_a_named_file_that_is_not_there_is_refused(home: Path) -> None:
    with pytest.raises(SettingInvalid, match="There is no settings file") as refused:
        load(home / "absent")
    assert "chmod 600" in refused.value.hint


@pytest.mark.security
@pytest.mark.parametrize("mode", [0o644, 0o640, 0o604, 0o620, 0o601, 0o666])
def test_a_file_that_others_can_open_is_refused_with_the_command_that_mends_it(home: Path, mode: int) -> None:
    path = _write(home, "DOSSIERD_TELEGRAM_TOKEN=123:secret", mode=mode)
    with pytest.raises(SettingInvalid) as refused:
        load()
    assert f"its mode is {mode:04o}" in refused.value.sentence
    assert refused.value.hint == f"Type: chmod 600 {path}"
    assert "123" not in refused.value.sentence.replace(str(path), "")


def test_a_file_of_another_user_says_whose_command_it_is(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    _write(home, "DOSSIERD_WORKERS=2")
    monkeypatch.setattr(os, "access", lambda *_: False)
    with pytest.raises(SettingInvalid, match="belongs to the daemon's user") as refused:
        load()
    assert refused.value.hint == "Type the command as that user: sudo -u dossierd dossierd ..."


def test_a_file_that_is_no_text_is_refused(home: Path) -> None:
    path = _write(home)
    path.write_bytes(b"DOSSIERD_TIMEZONE=\xff\xfe\n")
    with pytest.raises(SettingInvalid, match="no UTF-8 text"):
        load()


@pytest.mark.parametrize("source", ["file", "environment"])
def test_an_unknown_name_is_refused_with_the_nearest_one(
    home: Path, monkeypatch: pytest.MonkeyPatch, source: str
) -> None:
    if source == "file":
        _write(home, "DOSSIERD_TELEGRAM_TOKENS=123:secret")
    else:
        monkeypatch.setenv("DOSSIERD_TELEGRAM_TOKENS", "123:secret")
    with pytest.raises(SettingInvalid) as refused:
        load()
    assert refused.value.sentence == "DOSSIERD_TELEGRAM_TOKENS is no setting of dossierd."
    assert refused.value.hint == "Did you mean DOSSIERD_TELEGRAM_TOKEN?"


def test_a_name_that_is_like_none_points_to_the_list(home: Path) -> None:
    _write(home, "DOSSIERD_QQQQQQQQQQQQQQQQQQQQ=1")
    with pytest.raises(SettingInvalid) as refused:
        load()
    assert refused.value.hint == f"Look at {EXAMPLE} for the settings there are."


LEDGER = "postgresql://name:password@host/database"

WRONG = {
    "registry_columns": "s3cret",
    "registry_sync_minutes": "0",
    "lease_seconds": "1",
    "ledger_url": "mysql://s3cret:s3cret@s3cret/s3cret",
    "registry_max_age_hours": "0",
    "mode": "s3cret",
    "policy": "s3cret",
    "timezone": "Mars/S3cret",
    "language": "s3cret",
    "privacy": "s3cret",
    "allow_root": "s3cret",
    "insurance_pattern": "s3cret",
    "identifiers": "s3cret | s3cret | s3cret | s3cret",
    "telegram_chats": "42,s3cret",
    "telegram_api_url": "s3cret",
    "ocr_languages": "s3cret; rm -rf",
    "ocr_confidence_floor": "101",
    "workers": "-1",
    "settle_seconds": "0",
    "damaged_grace_seconds": "-1",
    "rescan_seconds": "0.1",
    "stop_seconds": "9",
    "disk_floor_megabytes": "-1",
    "max_crashes": "0",
    "max_file_megabytes": "s3cret",
    "max_pages": "0",
    "page_seconds": "0",
    "document_seconds": "nan",
    "reader_megabytes": "1",
    "render_megapixels": "0",
    "max_text_megabytes": "0",
    "max_page_text_megabytes": "s3cret",
    "pdf_passwords": "s3cret" * 30,
    "notify_urls": "'s3cret\ns3cret'",
    "egress_hosts": "s3cret.example.org https://s3cret",
    "reader_fence": "s3cret",
    "searchable_pdf": "s3cret",
    "snippets": "s3cret",
    "canary_minutes": "-1",
    "sample_a_week": "21",
    "keep_text_days": "-1",
    "keep_message_days": "s3cret",
    "keep_log_days": "0.5",
    "ping_url": "ftp://s3cret",
    "otlp_url": "https://user:s3cret@host/v1/traces",
    "log_level": "s3cret",
    "telegram_users": "s3cret",
    "telegram_results": "sometimes",
    "http": "s3cret",
    "host": "s3cret.example.org",
    "digest_at": "s3cret",
    "quiet_hours": "s3cret",
    "telegram_escalation_chat": "s3cret",
}


def test_a_database_needs_its_table(home: Path) -> None:
    _write(home, "DOSSIERD_REGISTRY_URL=postgresql://reader:s3cret@host/clinic")
    with pytest.raises(SettingInvalid) as refused:
        load()
    assert "DOSSIERD_REGISTRY_TABLE is empty" in refused.value.sentence
    assert "s3cret" not in refused.value.sentence


@pytest.mark.parametrize(
    "text",
    ["id=N° dossier, last_name = nom,dob=,", "'id=N° dossier\nlast_name=nom\ndob='"],
)
def test_columns_of_the_registry_are_read_from_one_line_or_several(home: Path, text: str) -> None:
    _write(home, f"DOSSIERD_REGISTRY_COLUMNS={text}")
    assert load().registry_columns == {"id": "N° dossier", "last_name": "nom", "dob": ""}


@pytest.mark.parametrize("text", ["id", "=nom", "id=a,id=b"])
def test_columns_that_say_nothing_or_one_thing_twice_are_refused(home: Path, text: str) -> None:
    _write(home, f"DOSSIERD_REGISTRY_COLUMNS={text}")
    with pytest.raises(SettingInvalid, match="must be written like id=patient_id"):
        load()


def test_a_state_of_its_own_needs_a_ledger_that_is_shared(home: Path) -> None:
    _write(home, "DOSSIERD_STATE=/var/lib/own")
    with pytest.raises(SettingInvalid) as refused:
        load()
    assert refused.value.sentence.startswith("DOSSIERD_STATE is set, but DOSSIERD_LEDGER_URL is empty: ")


def test_a_state_of_its_own_lies_outside_of_what_others_see(home: Path) -> None:
    _write(home, f"DOSSIERD_STATE={home}/own", f"DOSSIERD_LEDGER_URL={LEDGER}")
    with pytest.raises(SettingInvalid) as refused:
        load()
    assert refused.value.sentence.startswith("DOSSIERD_STATE lies in the home, which other hosts work in: ")


def test_a_home_of_one_host_keeps_all_in_itself(home: Path) -> None:
    settings = load()
    assert (settings.state, settings.logs, settings.state_name) == (home / "state", home / "logs", "state")
    assert not settings.is_shared


def test_a_host_of_a_shared_home_keeps_its_own_state_and_logs(home: Path) -> None:
    _write(home, "DOSSIERD_STATE=/var/lib/own", f"DOSSIERD_LEDGER_URL={LEDGER}", "DOSSIERD_HOST=north-2")
    settings = load()
    assert (settings.state, settings.logs) == (Path("/var/lib/own"), home / "logs" / "north-2")
    assert settings.state_name == "/var/lib/own"
    elsewhere = settings.in_home(Path("/tmp/thrown-away"))
    assert elsewhere.state == Path("/tmp/thrown-away/state")


@pytest.mark.parametrize(
    ("machine", "name"), [("north.example.org", "north"), ("my_box", "my-box"), ("---", "host")]
)
def test_a_host_is_called_as_its_machine_unless_it_is_named(
    home: Path, monkeypatch: pytest.MonkeyPatch, machine: str, name: str
) -> None:
    monkeypatch.setattr("socket.gethostname", lambda: machine)
    assert load().host_name == name


def test_every_setting_that_can_be_wrong_is_tried() -> None:
    untold = {"home", "state", "telegram_token", "registry_url", "registry_table", "registry_watermark"}
    assert set(Settings.model_fields) - set(WRONG) == untold  # what they hold, others find wrong


@pytest.mark.security
@pytest.mark.parametrize(("name", "value"), WRONG.items())
def test_a_wrong_value_names_its_setting_and_is_not_repeated(home: Path, name: str, value: str) -> None:
    chats = [] if name == "telegram_chats" else ["DOSSIERD_TELEGRAM_CHATS=4711"]
    _write(home, f"DOSSIERD_{name.upper()}={value}", "DOSSIERD_TELEGRAM_TOKEN=123:token", *chats)
    _write(
        home,
        *(home / ".env").read_text().splitlines(),
        *([] if name == "telegram_chats" else ["DOSSIERD_TELEGRAM_CHATS=4711"]),
    )
    with pytest.raises(SettingInvalid) as refused:
        load()
    sentence = refused.value.sentence
    assert sentence.startswith(f"DOSSIERD_{name.upper()}: ")
    assert refused.value.hint == f"Correct it in .env (each setting is in {EXAMPLE})."
    for secret in ("s3cret", "S3cret", "123:token", "4711"):
        assert secret not in sentence
    assert refused.value.__cause__ is None
    assert refused.value.__suppress_context__


def test_two_wrong_values_are_both_named(home: Path) -> None:
    _write(home, "DOSSIERD_MODE=x", "DOSSIERD_WORKERS=y")
    with pytest.raises(SettingInvalid, match=r"DOSSIERD_MODE: .*; DOSSIERD_WORKERS: "):
        load()


def test_a_token_without_chats_is_refused(home: Path) -> None:
    _write(home, "DOSSIERD_TELEGRAM_TOKEN=123:secret")
    with pytest.raises(SettingInvalid) as refused:
        load()
    assert refused.value.sentence.startswith(
        "DOSSIERD_TELEGRAM_TOKEN is set, but DOSSIERD_TELEGRAM_CHATS is empty: "
    )
    assert "secret" not in refused.value.sentence


@pytest.mark.security
def test_settings_can_not_be_changed_and_never_show_the_token(home: Path) -> None:
    _write(home, "DOSSIERD_TELEGRAM_TOKEN=123:secret", "DOSSIERD_TELEGRAM_CHATS=42")
    settings = load()
    assert "secret" not in f"{settings!r} {settings.model_dump()}"
    with pytest.raises(ValueError, match="frozen"):
        settings.workers = 3


@pytest.mark.security
def test_passwords_are_one_a_line_and_never_shown(home: Path) -> None:
    """Commas, blanks, signs of remarks and of other settings are theirs."""
    _write(home, "DOSSIERD_PDF_PASSWORDS='first, with # a blank", "", ' $econd="x\\n" ', "third'")
    settings = load()
    assert settings.passwords == ("first, with # a blank", '$econd="x\\n"', "third")
    assert "first" not in f"{settings!r} {settings.model_dump()}"


def test_without_passwords_none_is_tried(home: Path) -> None:
    _write(home, "DOSSIERD_PDF_PASSWORDS=")
    assert load().passwords == ()


@pytest.mark.security
def test_a_language_that_is_not_there_is_refused_with_those_that_are(home: Path) -> None:
    _write(home, "DOSSIERD_LANGUAGE=tlh")
    with pytest.raises(SettingInvalid, match=r"DOSSIERD_LANGUAGE: must be one of en, fr$"):
        load()


def test_too_many_passwords_are_refused_without_naming_one(home: Path) -> None:
    _write(home, "DOSSIERD_PDF_PASSWORDS='" + "\n".join(f"s3cret{number}" for number in range(21)) + "'")
    with pytest.raises(SettingInvalid) as refused:
        load()
    assert refused.value.sentence == "DOSSIERD_PDF_PASSWORDS: 21 passwords, at most 20 are tried"


@pytest.mark.parametrize(("cores", "workers"), [(1, 1), (3, 3), (64, 4)])
def test_as_many_workers_as_cores_but_four_at_most(
    monkeypatch: pytest.MonkeyPatch, cores: int, workers: int
) -> None:
    monkeypatch.setattr(os, "sched_getaffinity", lambda _: set(range(cores)))
    assert load().worker_count == workers
    monkeypatch.setenv("DOSSIERD_WORKERS", "7")
    assert load().worker_count == 7


@pytest.mark.parametrize(("text", "seconds"), [("30000000", 30.0), ("0", None), ("", None), ("x", None)])
def test_systemd_says_how_often_it_wants_to_hear_from_us(
    monkeypatch: pytest.MonkeyPatch, text: str, seconds: float | None
) -> None:
    monkeypatch.setenv("WATCHDOG_USEC", text)
    assert config.watchdog_seconds() == seconds


def test_who_types_is_the_person_behind_sudo(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SUDO_USER", "anna")
    assert config.login_name() == "anna"
    monkeypatch.delenv("SUDO_USER")
    assert config.login_name()


def test_journald_is_known_by_its_stream(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("JOURNAL_STREAM", "8:1234")
    assert config.writes_to_journald()
    monkeypatch.delenv("JOURNAL_STREAM")
    assert not config.writes_to_journald()


@pytest.mark.security
def test_a_daemon_that_is_tried_beside_the_real_one_gets_none_of_its_secrets(credentials: Path) -> None:
    assert os.environ["CREDENTIALS_DIRECTORY"] == str(credentials)
    assert "CREDENTIALS_DIRECTORY" not in config.bare_environment()


def test_a_line_that_is_no_setting_is_refused_by_its_number(home: Path) -> None:
    _write(home, "DOSSIERD_MODE=auto", "this is = no 'setting")
    with pytest.raises(SettingInvalid, match="line 2") as refused:
        load(home=home)
    assert "NAME=value" in refused.value.hint


def test_the_home_is_the_one_named_else_the_environments_else_here(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("DOSSIERD_HOME", raising=False)
    assert config.chosen_home(None) == tmp_path
    monkeypatch.setenv("DOSSIERD_HOME", "/var/lib/dossierd")
    assert config.chosen_home(None) == Path("/var/lib/dossierd")
    assert config.chosen_home(Path("/srv/office")) == Path("/srv/office")


def test_the_example_that_hints_name_is_there_and_names_every_setting() -> None:
    text = EXAMPLE.read_text(encoding="utf-8")
    assert [name for name in Settings.model_fields if f"DOSSIERD_{name.upper()}=" not in text] == []
