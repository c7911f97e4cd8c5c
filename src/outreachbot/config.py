"""Reads the settings from the environment and `.env` at startup."""

import re
from pathlib import Path
from typing import Annotated, Self

from pydantic import Field, SecretStr, ValidationError, field_validator, model_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from outreachbot.errors import WrongUse

TELEGRAM = "https://api.telegram.org"
ADDRESS_PATTERN = re.compile(r"https?://([^/\s:\[\]@]+|\[[0-9A-Fa-f:.]+\])(:[0-9]{1,5})?(/\S*)?")
TOKEN_PATTERN = re.compile(r"[0-9]+:[A-Za-z0-9_-]+")  # of any length: some Bot API servers issue short tokens
SETUP_HINT = (
    "OUTREACHBOT_TOKEN is missing: ask @BotFather in Telegram for a token and set OUTREACHBOT_TOKEN "
    "(or OUTREACHBOT_TOKEN_FILE) in the environment or in .env; to try the bot without one: outreachbot demo"
)


class Settings(BaseSettings):
    """The settings. Each field is read from `OUTREACHBOT_<FIELD>`; docs/settings.md explains it."""

    model_config = SettingsConfigDict(
        env_prefix="OUTREACHBOT_", env_file=".env", env_ignore_empty=True, extra="ignore", frozen=True
    )

    token: SecretStr | None = None
    token_file: Path | None = None
    admins: Annotated[frozenset[int], NoDecode] = frozenset()
    content: Path = Path("content.yaml")
    database_url: str = "sqlite+aiosqlite:///outreachbot.db"
    api_url: str = TELEGRAM
    messages_per_second: Annotated[float, Field(gt=0, allow_inf_nan=False)] = 30.0
    paid_broadcast: bool = False
    approvals: Annotated[int, Field(ge=1)] = 1
    large_audience: Annotated[int, Field(ge=1)] = 1000
    check_links: bool = True

    @field_validator("admins", mode="before")
    @classmethod
    def _parse_admins(cls, value: object) -> object:
        if not isinstance(value, str):
            return value
        parts = [part.strip() for part in value.split(",") if part.strip()]
        if not all(part.isascii() and part.isdigit() for part in parts):
            raise ValueError(
                "must be Telegram user ids separated by commas, such as 11,22 (ask @userinfobot for yours)"
            )
        return frozenset(map(int, parts))

    @field_validator("api_url")
    @classmethod
    def _check_api_url(cls, value: str) -> str:
        if not ADDRESS_PATTERN.fullmatch(value):
            raise ValueError("must be the address of a Bot API server, such as http://127.0.0.1:8081")
        return value.rstrip("/")

    @field_validator("database_url")
    @classmethod
    def _check_database_url(cls, value: str) -> str:
        if not value.startswith(("sqlite+aiosqlite:///", "postgresql+asyncpg://")):
            raise ValueError(
                "must start with sqlite+aiosqlite:/// or postgresql+asyncpg://, "
                "such as sqlite+aiosqlite:///outreachbot.db"
            )
        return value

    @model_validator(mode="after")
    def _check_approvals(self) -> Self:
        if self.approvals > max(1, len(self.admins)):
            raise ValueError(
                f"OUTREACHBOT_APPROVALS: {self.approvals} admins must agree, but OUTREACHBOT_ADMINS names "
                f"{len(self.admins)}: lower the one or add to the other"
            )
        return self

    def bot_token(self) -> SecretStr:
        """The token from `token` or `token_file`; raises WrongUse if it is missing or malformed."""
        token = self.token
        if token is None and self.token_file is not None:
            try:
                token = SecretStr(self.token_file.read_text(encoding="utf-8").strip())
            except (OSError, UnicodeDecodeError) as error:
                reason = getattr(error, "strerror", None) or "it is not a text file"
                raise WrongUse(f"OUTREACHBOT_TOKEN_FILE: {self.token_file} can't be read: {reason}") from None
        if token is None or not token.get_secret_value():
            raise WrongUse(SETUP_HINT)
        if not TOKEN_PATTERN.fullmatch(token.get_secret_value()):
            raise WrongUse("OUTREACHBOT_TOKEN is not a bot token: it looks like 123456789:AbC-dEf, from @BotFather")
        return token


def read_settings() -> Settings:
    """Read the settings from the environment and `.env`; raises WrongUse with a line for each wrong setting."""
    try:
        return Settings()
    except ValidationError as error:
        raise WrongUse("\n".join(map(_format_error, error.errors(include_input=False)))) from None
    except UnicodeDecodeError:
        raise WrongUse("the file .env can't be read: save it as a text file in UTF-8") from None


def _format_error(error: object) -> str:
    assert isinstance(error, dict)
    message = error["msg"].removeprefix("Value error, ")
    if not error["loc"]:
        return str(message)
    name = "_".join(str(part) for part in error["loc"]).upper()
    template = _MESSAGES.get(error["type"], message)
    return f"OUTREACHBOT_{name}: {template.format(**error.get('ctx', {}))}"


_MESSAGES = {  # by pydantic's error type
    "bool_parsing": "must be true or false",
    "bool_type": "must be true or false",
    "int_parsing": "must be a whole number, such as 2",
    "int_type": "must be a whole number, such as 2",
    "int_from_float": "must be a whole number, such as 2",
    "float_parsing": "must be a number, such as 30",
    "finite_number": "must be a number, such as 30",
    "greater_than": "must be more than {gt:g}",
    "greater_than_equal": "must be at least {ge:g}",
}
