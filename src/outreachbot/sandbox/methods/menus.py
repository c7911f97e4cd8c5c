"""Methods about the bot itself: who it is, its commands per scope and language, its name and descriptions."""

import re
from typing import Any

from outreachbot.sandbox import access
from outreachbot.sandbox.access import Need
from outreachbot.sandbox.chat import Json
from outreachbot.sandbox.params import Params, number, structure, text
from outreachbot.sandbox.refused import bad
from outreachbot.sandbox.world import World

MAX_COMMANDS, MAX_NAME, MAX_ABOUT = 100, 32, 256
PROFILE = {"name": 64, "description": 512, "short_description": 120}  # characters
TOO_LONG = {"name": "NAME_TOO_LONG", "description": "DESCRIPTION_TOO_LONG", "short_description": "ABOUT_TOO_LONG"}
WHOLE_SCOPES = ("default", "all_private_chats", "all_group_chats", "all_chat_administrators")
CHAT_SCOPES = ("chat", "chat_administrators", "chat_member")

_COMMAND = re.compile(r"[a-z0-9_]+")
_LANGUAGE = re.compile(r"([a-z]{2})?")


def get_me(world: World, _params: Params) -> Any:
    """The bot, which reads only commands in groups (privacy mode)."""
    return world.bot | {
        "can_join_groups": True,
        "can_read_all_group_messages": False,
        "supports_inline_queries": False,
        "can_connect_to_business": False,
        "has_main_web_app": False,
    }


def yes(_world: World, _params: Params) -> Any:
    """Nothing to do here for logOut and close."""
    return True


def set_my_commands(world: World, params: Params) -> Any:
    """The menu of one scope and language."""
    commands = structure(params, "commands", "commands JSON object")
    if not isinstance(commands, list):
        raise bad("expected an Array of BotCommand")
    key = _place(world, params)
    if len(commands) > MAX_COMMANDS:
        raise bad("BOT_COMMANDS_TOO_MUCH")
    world.menus[key] = [_command(command) for command in commands]
    world.changes.ring()
    return True


def get_my_commands(world: World, params: Params) -> Any:
    """The menu of exactly this scope and language."""
    return world.menus.get(_place(world, params), [])


def delete_my_commands(world: World, params: Params) -> Any:
    """The menu of one scope and language goes."""
    world.menus.pop(_place(world, params), None)
    world.changes.ring()
    return True


def _place(world: World, params: Params) -> tuple[str, str]:
    """Scope and language of a menu: ("chat:1001", "ru")."""
    scope = structure(params, "scope", "BotCommandScope JSON object") or {"type": "default"}
    if not isinstance(scope, dict):
        raise bad("BotCommandScope must be an Object")
    kind = scope.get("type")
    if kind in WHOLE_SCOPES:
        return str(kind), _language(params)
    if kind not in CHAT_SCOPES:
        raise bad("can't parse BotCommandScope: Unsupported type specified")
    place = f"{kind}:{access.chat(world, scope.get('chat_id'), Need.MEMBERS).id}"
    if kind == "chat_member":
        place += f":{number(scope, 'user_id')}"
    return place, _language(params)


def _language(params: Params) -> str:
    language = text(params, "language_code")
    if not _LANGUAGE.fullmatch(language):
        raise bad("invalid language code specified")
    return language


def _command(raw: Any) -> Json:
    if not isinstance(raw, dict):
        raise bad("can't parse BotCommand: expected an Object")
    name, about = str(raw.get("command", "")).removeprefix("/"), str(raw.get("description", "")).strip()
    if not name:
        raise bad("command must be non-empty")
    if len(name) > MAX_NAME:
        raise bad(f"command length must not exceed {MAX_NAME}")
    if not _COMMAND.fullmatch(name):
        raise bad("BOT_COMMAND_INVALID")
    if not about:
        raise bad("command description must be non-empty")
    if len(about) > MAX_ABOUT:
        raise bad(f"command description length must not exceed {MAX_ABOUT}")
    return {"command": name, "description": about}


def _set(world: World, params: Params, what: str) -> Any:
    value = text(params, what)
    if len(value) > PROFILE[what]:
        raise bad(TOO_LONG[what])
    language = _language(params)
    if value:
        world.profile[what, language] = value
    else:
        world.profile.pop((what, language), None)
    world.changes.ring()
    return True


def _get(world: World, params: Params, what: str, otherwise: str = "") -> Any:
    """In the language asked for, else in the one for all."""
    kept = world.profile
    return {what: kept.get((what, _language(params))) or kept.get((what, "")) or otherwise}


def set_my_name(world: World, params: Params) -> Any:
    """The bot's name."""
    return _set(world, params, "name")


def get_my_name(world: World, params: Params) -> Any:
    """The bot's name."""
    return _get(world, params, "name", str(world.bot["first_name"]))


def set_my_description(world: World, params: Params) -> Any:
    """What stands in an empty chat with the bot."""
    return _set(world, params, "description")


def get_my_description(world: World, params: Params) -> Any:
    """What stands in an empty chat with the bot."""
    return _get(world, params, "description")


def set_my_short_description(world: World, params: Params) -> Any:
    """What stands on the bot's page."""
    return _set(world, params, "short_description")


def get_my_short_description(world: World, params: Params) -> Any:
    """What stands on the bot's page."""
    return _get(world, params, "short_description")
