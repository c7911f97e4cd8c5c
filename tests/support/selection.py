"""Which tests `make test-fast` runs: those that need neither PostgreSQL nor a running program."""

from pathlib import Path

import pytest

FAST = frozenset({"domain", "drawing", "store", "test_config.py", "test_layout.py", "views"})
THOROUGH = frozenset(
    {
        "app",
        "bot",
        "faults",
        "gateway",
        "sandbox",
        "services",
        "test_cli.py",
        "test_imports.py",
        "test_logs.py",
        "walks",
        "workers",
        "year",
    }
)


def mark_fast(items: list[pytest.Item], tests: Path) -> None:
    """Mark tests that are in a fast folder or file and don't run on PostgreSQL."""
    for item in items:
        if item.path.relative_to(tests).parts[0] in FAST and not _uses_postgres(item):
            item.add_marker(pytest.mark.fast)


def _uses_postgres(item: pytest.Item) -> bool:
    params = item.callspec.params if isinstance(item, pytest.Function) and hasattr(item, "callspec") else {}
    return "postgres" in params.values() or "postgres" in getattr(item, "fixturenames", ())
