"""Methods about the bot itself: its identity, commands, name and descriptions."""

import re
from typing import Any

from outreachbot.sandbox import access
from outreachbot.sandbox.access import Access
from outreachbot.sandbox.chat import Json
from outreachbot.sandbox.params import Params, get_int, get_json, get_text
from outreachbot.sandbox.refused import bad_request
from outreachbot.sandbox.world import World

MAX_COMMANDS, MAX_NAME, MAX_ABOUT = 100, 32, 256
PROFILE = {"name": 64, "description": 512, "short_description": 120}  # characters
TOO_LONG = {"name": "NAME_TOO_LONG", "description": "DESCRIPTION_TOO_LONG", "short_description": "ABOUT_TOO_LONG"}
WHOLE_SCOPES = ("default", "all_private_chats", "all_group_chats", "all_chat_administrators")
CHAT_SCOPES = ("chat", "chat_administrators", "chat_member")

_COMMAND = re.compile(r"[a-z0-9_]+")
_LANGUAGE = re.compile(r"([a-z]{2})?")


def get_me(world: World, _params: Params) -> Any:
    """The bot, with privacy mode on: in groups it only reads commands."""
    return world.bot | {
        "can_join_groups": True,
        "can_read_all_group_messages": False,
        "supports_inline_queries": False,
        "can_connect_to_business": False,
        "has_main_web_app": False,
    }


def do_nothing(_world: World, _params: Params) -> Any:
    """LogOut and close have no effect here."""
    return True


def set_my_commands(world: World, params: Params) -> Any:
    """Set the menu of a scope and language."""
    commands = get_json(params, "commands", "commands JSON object")
    if not isinstance(commands, list):
        raise bad_request("expected an Array of BotCommand")
    key = _scope_and_language(world, params)
    if len(commands) > MAX_COMMANDS:
        raise bad_request("BOT_COMMANDS_TOO_MUCH")
    world.menus[key] = [_parse_command(command) for command in commands]
    world.changes.notify()
    return True


def get_my_commands(world: World, params: Params) -> Any:
    """The menu of exactly this scope and language; other scopes are not searched."""
    return world.menus.get(_scope_and_language(world, params), [])


def delete_my_commands(world: World, params: Params) -> Any:
    """Delete the menu of a scope and language."""
    world.menus.pop(_scope_and_language(world, params), None)
    world.changes.notify()
    return True


def _scope_and_language(world: World, params: Params) -> tuple[str, str]:
    """Scope and language of a menu, such as ("chat:1001", "ru")."""
    scope = get_json(params, "scope", "BotCommandScope JSON object") or {"type": "default"}
    if not isinstance(scope, dict):
        raise bad_request("BotCommandScope must be an Object")
    kind = scope.get("type")
    if kind in WHOLE_SCOPES:
        return str(kind), _parse_language(params)
    if kind not in CHAT_SCOPES:
        raise bad_request("can't parse BotCommandScope: Unsupported type specified")
    scope_key = f"{kind}:{access.find_chat(world, scope.get('chat_id'), Access.MEMBERS).id}"
    if kind == "chat_member":
        scope_key += f":{get_int(scope, 'user_id')}"
    return scope_key, _parse_language(params)


def _parse_language(params: Params) -> str:
    language = get_text(params, "language_code")
    if not _LANGUAGE.fullmatch(language):
        raise bad_request("invalid language code specified")
    return language


def _parse_command(raw: Any) -> Json:
    if not isinstance(raw, dict):
        raise bad_request("can't parse BotCommand: expected an Object")
    name, about = str(raw.get("command", "")).removeprefix("/"), str(raw.get("description", "")).strip()
    if not name:
        raise bad_request("command must be non-empty")
    if len(name) > MAX_NAME:
        raise bad_request(f"command length must not exceed {MAX_NAME}")
    if not _COMMAND.fullmatch(name):
        raise bad_request("BOT_COMMAND_INVALID")
    if not about:
        raise bad_request("command description must be non-empty")
    if len(about) > MAX_ABOUT:
        raise bad_request(f"command description length must not exceed {MAX_ABOUT}")
    return {"command": name, "description": about}


def _set_profile(world: World, params: Params, field: str) -> Any:
    value = get_text(params, field)
    if len(value) > PROFILE[field]:
        raise bad_request(TOO_LONG[field])
    language = _parse_language(params)
    if value:
        world.profile[field, language] = value
    else:
        world.profile.pop((field, language), None)
    world.changes.notify()
    return True


def _get_profile(world: World, params: Params, field: str, default: str = "") -> Any:
    """The text in the requested language, or else the one for all languages."""
    profile = world.profile
    return {field: profile.get((field, _parse_language(params))) or profile.get((field, "")) or default}


def set_my_name(world: World, params: Params) -> Any:
    return _set_profile(world, params, "name")


def get_my_name(world: World, params: Params) -> Any:
    return _get_profile(world, params, "name", str(world.bot["first_name"]))


def set_my_description(world: World, params: Params) -> Any:
    return _set_profile(world, params, "description")


def get_my_description(world: World, params: Params) -> Any:
    return _get_profile(world, params, "description")


def set_my_short_description(world: World, params: Params) -> Any:
    return _set_profile(world, params, "short_description")


def get_my_short_description(world: World, params: Params) -> Any:
    return _get_profile(world, params, "short_description")
