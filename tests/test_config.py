"""Settings: how each is read, and the message for a wrong value."""

from pathlib import Path

import pytest

from outreachbot import config
from outreachbot.errors import WrongUse

TOKEN = "123456789:AbC-dEf"


@pytest.fixture(autouse=True)
def elsewhere(monkeypatch, tmp_path):
    """A folder and an environment without settings."""
    monkeypatch.chdir(tmp_path)
    for name in config.Settings.model_fields:
        monkeypatch.delenv(f"OUTREACHBOT_{name.upper()}", raising=False)


@pytest.fixture
def setting(monkeypatch):
    def set_(**values):
        for name, value in values.items():
            monkeypatch.setenv(f"OUTREACHBOT_{name.upper()}", value)

    return set_


def wrong(read=config.read_settings):
    with pytest.raises(WrongUse) as caught:
        read()
    return str(caught.value)


def test_without_any_setting_the_defaults_apply():
    settings = config.read_settings()

    assert settings.token is None
    assert settings.admins == frozenset()
    assert settings.content == Path("content.yaml")
    assert settings.database_url == "sqlite+aiosqlite:///outreachbot.db"
    assert settings.api_url == "https://api.telegram.org"
    assert settings.messages_per_second == 30.0
    assert settings.paid_broadcast is False
    assert (settings.approvals, settings.large_audience) == (1, 1000)
    assert settings.check_links is True


@pytest.mark.parametrize(
    ("name", "written", "read"),
    [
        ("admins", "11", {11}),
        ("admins", " 11, 22 ,,33,", {11, 22, 33}),
        ("admins", "", set()),
        ("content", "/etc/outreachbot/content.yaml", Path("/etc/outreachbot/content.yaml")),
        ("database_url", "postgresql+asyncpg://me@host/bot", "postgresql+asyncpg://me@host/bot"),
        ("api_url", "http://127.0.0.1:8081/", "http://127.0.0.1:8081"),
        ("api_url", "https://bots.example/telegram", "https://bots.example/telegram"),
        ("api_url", "http://[::1]:8081", "http://[::1]:8081"),
        ("messages_per_second", "0.5", 0.5),
        ("check_links", "no", False),
        ("paid_broadcast", "true", True),
        ("paid_broadcast", "no", False),
        ("approvals", "1", 1),
        ("large_audience", "1", 1),
        ("large_audience", "50000", 50_000),
    ],
)
def test_each_setting_is_read_from_the_environment(setting, name, written, read):
    setting(**{name: written})

    assert getattr(config.read_settings(), name) == read


@pytest.mark.parametrize(
    ("name", "written", "said"),
    [
        ("admins", "ada", "OUTREACHBOT_ADMINS: must be Telegram user ids separated by commas"),
        ("admins", "11;22", "OUTREACHBOT_ADMINS: must be"),
        ("admins", "-5", "OUTREACHBOT_ADMINS: must be"),
        ("admins", "١١", "OUTREACHBOT_ADMINS: must be"),
        ("database_url", "sqlite:///bot.db", "OUTREACHBOT_DATABASE_URL: must start with sqlite+aiosqlite:///"),
        ("api_url", "api.telegram.org", "OUTREACHBOT_API_URL: must be the address of a Bot API server"),
        ("api_url", "http://", "OUTREACHBOT_API_URL: must be"),
        ("api_url", "http://[::1", "OUTREACHBOT_API_URL: must be"),
        ("api_url", "http://host:port", "OUTREACHBOT_API_URL: must be"),
        ("api_url", "http://a host", "OUTREACHBOT_API_URL: must be"),
        ("messages_per_second", "0", "OUTREACHBOT_MESSAGES_PER_SECOND: "),
        ("messages_per_second", "-1", "OUTREACHBOT_MESSAGES_PER_SECOND: "),
        ("messages_per_second", "inf", "OUTREACHBOT_MESSAGES_PER_SECOND: "),
        ("messages_per_second", "nan", "OUTREACHBOT_MESSAGES_PER_SECOND: "),
        ("messages_per_second", "many", "OUTREACHBOT_MESSAGES_PER_SECOND: "),
        ("paid_broadcast", "perhaps", "OUTREACHBOT_PAID_BROADCAST: "),
        ("approvals", "0", "OUTREACHBOT_APPROVALS: "),
        ("approvals", "all", "OUTREACHBOT_APPROVALS: "),
        ("large_audience", "0", "OUTREACHBOT_LARGE_AUDIENCE: "),
        ("large_audience", "1.5", "OUTREACHBOT_LARGE_AUDIENCE: "),
    ],
)
def test_a_wrong_setting_is_named_in_one_line(setting, name, written, said):
    setting(**{name: written})

    assert wrong().startswith(said)
    assert "\n" not in wrong()


@pytest.mark.parametrize(
    ("admins", "approvals", "enough"),
    [("", "1", True), ("11", "1", True), ("11,22", "2", True), ("", "2", False), ("11,22,22", "3", False)],
)
def test_no_more_admins_must_consent_than_there_are(setting, admins, approvals, enough):
    setting(admins=admins, approvals=approvals)
    if enough:
        assert config.read_settings().approvals == int(approvals)
        return

    assert wrong().startswith(f"OUTREACHBOT_APPROVALS: {approvals} admins must agree, but OUTREACHBOT_ADMINS names ")
    assert "\n" not in wrong()


def test_several_wrong_settings_are_all_named(setting):
    setting(admins="ada", api_url="x", messages_per_second="0", database_url="mysql://x")

    assert [line.split(":")[0] for line in wrong().splitlines()] == [
        "OUTREACHBOT_ADMINS",
        "OUTREACHBOT_DATABASE_URL",
        "OUTREACHBOT_API_URL",
        "OUTREACHBOT_MESSAGES_PER_SECOND",
    ]


def test_a_wrong_setting_is_not_repeated_where_it_may_hold_a_password(setting):
    setting(database_url="postgres://me:hunter2@host/bot")

    assert "hunter2" not in wrong()


def test_the_env_file_is_read_and_the_environment_wins(setting):
    Path(".env").write_text("OUTREACHBOT_ADMINS=11\nOUTREACHBOT_MESSAGES_PER_SECOND=5\nSOMETHING_ELSE=1\n")
    setting(admins="22")
    settings = config.read_settings()

    assert (settings.admins, settings.messages_per_second) == ({22}, 5.0)


def test_an_env_file_that_is_not_text_is_named():
    Path(".env").write_bytes("OUTREACHBOT_ADMINS=11 # Grüße".encode("latin-1"))

    assert wrong() == "the file .env can't be read: save it as a text file in UTF-8"


def test_the_token_is_read_and_not_printed(setting):
    setting(token=TOKEN)
    settings = config.read_settings()

    assert settings.bot_token().get_secret_value() == TOKEN
    assert TOKEN not in f"{settings!r} {settings} {settings.bot_token()!r}"


@pytest.mark.parametrize("token", ["1:x", "4200000001:sandbox", "123456789:AAEhBP0av28_-xyz"])
def test_other_servers_tokens_may_be_short(setting, token):
    setting(token=token)

    assert config.read_settings().bot_token().get_secret_value() == token


@pytest.mark.parametrize(
    "token",
    ["123456789:AAE…", "123456789:AAE...", "<123456789:AAE>", "77:", ":AAE", "AAE", "123456789:AA E", "١٢٣:AAE",
     "123456789:ААЕ", "123456789:AAE/test", "123456789:AAE\u200b"],
)  # fmt: skip
def test_an_impossible_token_is_refused_and_not_quoted(setting, token):
    setting(token=token)
    words = wrong(config.read_settings().bot_token)

    assert words.startswith("OUTREACHBOT_TOKEN is not a bot token")
    assert token not in words


def test_the_token_may_be_in_a_file(setting):
    Path("token").write_text(f"{TOKEN}\r\n")
    setting(token_file="token")

    assert config.read_settings().bot_token().get_secret_value() == TOKEN


@pytest.mark.parametrize(
    ("raw", "said"),
    [
        (None, "OUTREACHBOT_TOKEN_FILE: token can't be read: No such file or directory"),
        (b"\xff\xfe", "OUTREACHBOT_TOKEN_FILE: token can't be read: it is not a text file"),
        (b"", "OUTREACHBOT_TOKEN is missing: ask @BotFather"),
        (b"what is this", "OUTREACHBOT_TOKEN is not a bot token"),
    ],
)
def test_an_unusable_token_file_is_named_and_not_quoted(setting, raw, said):
    if raw is not None:
        Path("token").write_bytes(raw)
    setting(token_file="token")
    words = wrong(config.read_settings().bot_token)

    assert words.startswith(said)
    assert "what is this" not in words


def test_without_a_token_it_says_how_to_get_one():
    assert wrong(config.read_settings().bot_token).startswith(
        "OUTREACHBOT_TOKEN is missing: ask @BotFather in Telegram"
    )


@pytest.mark.parametrize(
    ("name", "written", "said"),
    [
        ("paid_broadcast", "perhaps", "must be true or false"),
        ("approvals", "all", "must be a whole number, such as 2"),
        ("approvals", "1.5", "must be a whole number, such as 2"),
        ("approvals", "0", "must be at least 1"),
        ("large_audience", "-3", "must be at least 1"),
        ("messages_per_second", "many", "must be a number, such as 30"),
        ("messages_per_second", "inf", "must be a number, such as 30"),
        ("messages_per_second", "0", "must be more than 0"),
    ],
)
def test_what_a_setting_must_be_is_said_in_plain_words(setting, name, written, said):
    setting(**{name: written})

    assert wrong() == f"OUTREACHBOT_{name.upper()}: {said}"
