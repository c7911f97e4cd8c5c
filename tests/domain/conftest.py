"""A small content file without faults, and the faults that changes to it cause."""

from collections.abc import Callable

import pytest

from outreachbot.domain.content import file
from outreachbot.errors import ContentError
from tests.support.paths import BRIDGE_CONTENT

Changed = Callable[..., str]
FaultsOf = Callable[[str], tuple[str, ...]]
FaultOf = Callable[[str, str], str]


@pytest.fixture(scope="session")
def bridge() -> str:
    """A content file without faults, about a fictional bridge."""
    return BRIDGE_CONTENT.read_text(encoding="utf-8")


@pytest.fixture(scope="session")
def changed(bridge: str) -> Changed:
    """The file with the first occurrence of each first text replaced by its second."""

    def change(*changes: tuple[str, str]) -> str:
        text = bridge
        for old, new in changes:
            assert old in text
            text = text.replace(old, new, 1)
        return text

    return change


@pytest.fixture(scope="session")
def faults_of() -> FaultsOf:
    def read(text: str) -> tuple[str, ...]:
        with pytest.raises(ContentError) as caught:
            file.read_content(text.encode(), "content.yaml")
        return caught.value.faults

    return read


@pytest.fixture(scope="session")
def fault_of(changed: Changed, faults_of: FaultsOf) -> FaultOf:
    """The only fault that a change causes, without the file name and position."""

    def read(old: str, new: str) -> str:
        (fault,) = faults_of(changed((old, new)))
        return fault.split(":", 3)[3].strip()

    return read
