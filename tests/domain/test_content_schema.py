"""The JSON Schema describes every key, accepts what `check` accepts, and rejects what can be seen without context."""

import re

import pytest

from outreachbot.domain.content import file
from outreachbot.domain.content import schema as content_schema
from outreachbot.domain.content.schema import LANGUAGES
from outreachbot.domain.content.yaml import reader, tree
from outreachbot.errors import ContentError
from outreachbot.views import i18n
from tests.support.paths import ROOT

SCHEMA = content_schema.build_schema()
TYPES = {"object": dict, "array": list, "string": str, "integer": int, "boolean": bool, "null": type(None)}
BY_THEMSELVES = {"type", "items", "properties", "patternProperties", "additionalProperties", "definitions"}
BY_THEMSELVES |= {"$schema", "title", "description", "default", "enumDescriptions"}


def is_a(value: object, name: str) -> bool:
    return isinstance(value, TYPES[name]) and not (name == "integer" and isinstance(value, bool))


def faults(value: object, schema: dict, path: str = "") -> list[str]:
    """Validate by JSON Schema (draft 7); supports only the keywords that the schema uses."""
    if "$ref" in schema:
        return faults(value, SCHEMA["definitions"][schema["$ref"].removeprefix("#/definitions/")], path)
    types = schema.get("type", [])
    types = [types] if isinstance(types, str) else types
    if types and not any(is_a(value, kind) for kind in types):
        return [f"{path} is not {types}"]
    assert schema.keys() <= {*RULES, *BY_THEMSELVES}
    found = [f"{path} breaks {key}" for key, rule in RULES.items() if key in schema and not rule(value, schema[key])]
    if isinstance(value, list):
        rule = schema.get("items", {})
        found += [fault for n, item in enumerate(value) for fault in faults(item, rule, f"{path}[{n}]")]
    for key, item in value.items() if isinstance(value, dict) else ():
        below = [schema.get("properties", {}).get(key)]
        below += [rule for pattern, rule in schema.get("patternProperties", {}).items() if re.search(pattern, key)]
        if not any(below) and schema.get("additionalProperties") is False:
            found.append(f"{path} has {key}")
        found += [fault for rule in below if rule for fault in faults(item, rule, f"{path}.{key}")]
    return found


RULES = {
    "pattern": lambda value, rule: not isinstance(value, str) or re.search(rule, value, re.ASCII),
    "enum": lambda value, rule: value in rule,
    "minimum": lambda value, rule: not isinstance(value, int) or value >= rule,
    "maximum": lambda value, rule: not isinstance(value, int) or value <= rule,
    "minItems": lambda value, rule: not isinstance(value, list) or len(value) >= rule,
    "maxItems": lambda value, rule: not isinstance(value, list) or len(value) <= rule,
    "minLength": lambda value, rule: not isinstance(value, str) or len(value) >= rule,
    "maxLength": lambda value, rule: not isinstance(value, str) or len(value) <= rule,
    "minProperties": lambda value, rule: not isinstance(value, dict) or len(value) >= rule,
    "required": lambda value, rule: not isinstance(value, dict) or set(rule) <= value.keys(),
    "anyOf": lambda value, rule: any(not faults(value, schema) for schema in rule),
    "oneOf": lambda value, rule: sum(not faults(value, schema) for schema in rule) == 1,
}


def faults_of(text: str) -> list[str]:
    written = reader.read_tree(text.encode())
    assert written.root is not None
    return faults(tree.to_values(written.root), SCHEMA)


def test_the_shipped_file_names_its_schema_and_passes_it():
    text = (ROOT / "content.yaml").read_text()

    assert text.startswith("# yaml-language-server: $schema=./content.schema.json\n")
    assert faults_of(text) == []


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("", ""),
        ("  - date: 1910-03-02", "  - date: 1910"),
        ("    year: 1910\n", "    year:\n"),
        ("privacy:", "avoid: {en: [savage, 'barbar*'], ru: [варвар*]}\nprivacy:"),
        (
            "    default: no",
            "    picture: şəkil-1.JPG\n    silence: {at: '17:00', zone: Europe/Berlin, place: {en: x}}",
        ),
        ("    read: full", "    archive: https://web.archive.org/x\n    read: full"),
        (
            "    certainty: stated",
            "    certainty: stated\n    corrected: [{on: 2026-05-03, was: {en: x}, why: {de: z, en: z}}]",
        ),
    ],
)
def test_a_valid_file_passes(changed, old, new):
    text = changed((old, new))
    file.read_content(text.encode(), "c")

    assert faults_of(text) == []


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("hour: 9", "hour: 24", ".hour breaks maximum"),
        ("hour: 9", "hour: nine", ".hour is not ['integer']"),
        ("zone: Europe/Berlin\n", "", " breaks required"),
        ("zone:", "zoen: x\nzone:", " has zoen"),
        ("languages: [en, de]", "languages: []", ".languages breaks minItems"),
        ("welcome: {en: Welcome}", "welcome: Welcome", ".welcome is not ['object']"),
        ("welcome: {en: Welcome}", "welcome: {english: Welcome}", ".welcome has english"),
        ("welcome: {en: Welcome}", "welcome: {en: ' '}", ".welcome.en breaks pattern"),
        ("    read: full", "    read: ful", ".sources[0].read breaks enum"),
        ("  - id: flood\n", "  - id: The flood\n", ".facts[1].id breaks pattern"),
        ("    sources: [herald]\n    certainty", "    sources: []\n    certainty", ".facts[1].sources breaks minItems"),
        ("range: [900, 1000]", "range: [900]", ".facts[0].figures[0].range breaks minItems"),
        ("- range: [900, 1000]", "- number: 1\n        range: [1, 2]", ".facts[0].figures[0] breaks oneOf"),
        ("    date: 03-02", "    date: 2 March", ".anniversaries[0].date breaks pattern"),
        ("    default: no", "    default: never", ".anniversaries[0].default is not ['boolean']"),
        (
            "    certainty: stated",
            "    certainty: stated\n    corrected: [{on: May, was: {en: x}, why: {en: z}}]",
            ".facts[1].corrected[0].on breaks pattern",
        ),
        ("    certainty: stated", "    certainty: stated\n    corected: []", ".facts[1] has corected"),
        ("privacy:", "avoid: {en: ['a*b']}\nprivacy:", ".avoid.en[0] breaks pattern"),
        ("privacy:", "avoid: {english: [a]}\nprivacy:", ".avoid has english"),
    ],
)
def test_the_schema_rejects_what_check_rejects(changed, old, new, said):
    text = changed((old, new))
    with pytest.raises(ContentError):
        file.read_content(text.encode(), "c")

    assert faults_of(text) == [said]


def test_every_key_and_every_choice_is_explained():
    parts = {"": SCHEMA, **SCHEMA["definitions"]}
    keys = {
        f"{name}.{key}": schema for name, part in parts.items() for key, schema in part.get("properties", {}).items()
    }
    choices = [part for part in parts.values() if "enum" in part]

    assert [key for key, schema in keys.items() if not schema.get("description")] == []
    assert all(len(part["enum"]) == len(part["enumDescriptions"]) for part in choices)
    assert len(keys) > 60
    assert len(choices) == 5


def test_no_description_is_left_over():
    parts = {"Content": SCHEMA, **SCHEMA["definitions"]}

    assert {name: list(keys) for name, keys in content_schema.DESCRIPTIONS.items()} == {
        name: list(parts[name]["properties"]) for name in content_schema.DESCRIPTIONS
    }


def test_the_programs_own_languages_are_offered():
    assert set(i18n.list_languages()) <= set(LANGUAGES)
