"""Commands load only the modules they need: an import at the top of the wrong file would go unnoticed."""

import subprocess
import sys

import pytest

LOADED = "import sys; print(*sorted({'.'.join(name.split('.')[:3]) for name in sys.modules if sys.modules[name]}))"


def loaded(*statements):
    """The modules loaded in a new interpreter after these statements, down to the third dot."""
    done = subprocess.run(
        [sys.executable, "-c", "\n".join([*statements, LOADED])], capture_output=True, text=True, check=True
    )
    return set(done.stdout.split())


@pytest.mark.parametrize(
    "heavy", ["telegram", "aiohttp", "sqlalchemy", "pydantic", "babel", "yaml", "PIL", "icalendar", "starlette"]
)
def test_help_imports_no_package(heavy, help_loads):
    assert heavy not in help_loads


@pytest.fixture(scope="module")
def help_loads():
    return loaded("import outreachbot.cli")


@pytest.mark.parametrize(
    "unused",
    [
        *(
            "PIL.Image",
            "PIL.ImageFont",
            "icalendar",
            "alembic",
            "mako",
            "sqlalchemy.orm",
            "sqlalchemy.dialects.postgresql",
        ),
        *("rich", "pygments", "click", "starlette", "uvicorn"),
    ],
)
def test_an_idle_bot_has_not_loaded_what_it_does_not_need(unused, bot_loads):
    assert unused not in bot_loads


@pytest.fixture(scope="module")
def bot_loads():
    return loaded(
        "import outreachbot.cli, outreachbot.config, outreachbot.app.commands.content_file, outreachbot.app.run"
    )
