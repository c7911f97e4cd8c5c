"""What is read at start: the environment and `.env` become Settings."""

import re
from pathlib import Path
from typing import Annotated, Self

from pydantic import Field, SecretStr, ValidationError, field_validator, model_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from outreachbot.errors import WrongUse

TELEGRAM = "https://api.telegram.org"
ADDRESS_PATTERN = re.compile(r"https?://([^/\s:\[\]@]+|\[[0-9A-Fa-f:.]+\])(:[0-9]{1,5})?(/\S*)?")
TOKEN_PATTERN = re.compile(r"[0-9]+:[A-Za-z0-9_-]+")  # of any length: other Bot API servers give out short ones
SETUP_HINT = (
    "OUTREACHBOT_TOKEN is missing: ask @BotFather in Telegram for a token and set OUTREACHBOT_TOKEN "
    "(or OUTREACHBOT_TOKEN_FILE) in the environment or in .env; to try the bot without one: outreachbot demo"
)


class Settings(BaseSettings):
    """Each field is read from `OUTREACHBOT_<FIELD>`; the README says what each is for."""

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
    def _split(cls, value: object) -> object:
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
    def _is_address(cls, value: str) -> str:
        if not ADDRESS_PATTERN.fullmatch(value):
            raise ValueError("must be the address of a Bot API server, such as http://127.0.0.1:8081")
        return value.rstrip("/")

    @field_validator("database_url")
    @classmethod
    def _is_known_database(cls, value: str) -> str:
        if not value.startswith(("sqlite+aiosqlite:///", "postgresql+asyncpg://")):
            raise ValueError(
                "must start with sqlite+aiosqlite:/// or postgresql+asyncpg://, "
                "such as sqlite+aiosqlite:///outreachbot.db"
            )
        return value

    @model_validator(mode="after")
    def _enough_admins(self) -> Self:
        if self.approvals > max(1, len(self.admins)):
            raise ValueError(
                f"OUTREACHBOT_APPROVALS: {self.approvals} admins must agree, but OUTREACHBOT_ADMINS names "
                f"{len(self.admins)}: lower the one or add to the other"
            )
        return self

    def bot_token(self) -> SecretStr:
        """The token from the setting or its file; WrongUse where there is none or it can't be one."""
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
    """Settings from the environment and `.env`; WrongUse names what is wrong, one line a setting."""
    try:
        return Settings()
    except ValidationError as error:
        raise WrongUse("\n".join(map(_line, error.errors(include_input=False)))) from None
    except UnicodeDecodeError:
        raise WrongUse("the file .env can't be read: save it as a text file in UTF-8") from None


def _line(fault: object) -> str:
    assert isinstance(fault, dict)
    if not fault["loc"]:
        return str(fault["msg"].removeprefix("Value error, "))
    name = "_".join(str(part) for part in fault["loc"]).upper()
    plain = _PLAIN.get(fault["type"], fault["msg"].removeprefix("Value error, "))
    return f"OUTREACHBOT_{name}: {plain.format(**fault.get('ctx', {}))}"


_PLAIN = {
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
