"""Installs the other libraries, at pinned versions, into a virtual environment when they are first needed."""

import functools
import shutil
import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).parent
PINS = HERE / "peers.txt"
FOLDER = HERE / "peers"
PYTHON = FOLDER / "bin" / "python"
INSTALLED = FOLDER / "made-of.txt"  # the pins that are installed; written last


@functools.cache
def ready() -> bool:
    """Whether the peers can run; installs them if needed, and prints the reason if that fails."""
    pins = PINS.read_text(encoding="utf-8")
    if INSTALLED.exists() and INSTALLED.read_text(encoding="utf-8") == pins:
        return True
    print("peers: setting up benchmarks/peers (once, this needs the network) …", flush=True)
    shutil.rmtree(FOLDER, ignore_errors=True)
    create = [sys.executable, "-m", "venv", str(FOLDER)]
    install = [
        str(PYTHON),
        "-m",
        "pip",
        "install",
        "--quiet",
        "--disable-pip-version-check",
        "--no-deps",
        "-r",
        str(PINS),
    ]
    for command in (create, install):
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        if done.returncode:
            errors = [line for line in (done.stderr + done.stdout).splitlines() if line.startswith("ERROR")]
            print(
                f"peers: left out, they can't be installed: {errors[-1] if errors else 'no virtual environment here'}"
            )
            return False
    INSTALLED.write_text(pins, encoding="utf-8")
    return True
