"""The files of the repository that tests read."""

from pathlib import Path

ROOT = Path(__file__).parents[2]
SHIPPED_CONTENT = ROOT / "content.yaml"
BRIDGE_CONTENT = ROOT / "tests" / "domain" / "bridge.yaml"
"""A small content file without faults about a bridge that never was."""
