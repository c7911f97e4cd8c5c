"""The other libraries, at pinned versions, in a virtual environment of their own: made once, at the first need."""

import functools
import shutil
import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).parent
PINS = HERE / "peers.txt"
FOLDER = HERE / "peers"
PYTHON = FOLDER / "bin" / "python"
MADE = FOLDER / "made-of.txt"  # the pins it was made of; written last


@functools.cache
def ready() -> bool:
    """Whether the peers can run. Where they can't be installed, one line says why, and they are left out."""
    pins = PINS.read_text(encoding="utf-8")
    if MADE.exists() and MADE.read_text(encoding="utf-8") == pins:
        return True
    print("peers: setting up benchmarks/peers (once, this needs the network) …", flush=True)
    shutil.rmtree(FOLDER, ignore_errors=True)
    make = [sys.executable, "-m", "venv", str(FOLDER)]
    fill = [str(PYTHON), "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-deps", "-r", str(PINS)]
    for command in (make, fill):
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        if done.returncode:
            said = [line for line in (done.stderr + done.stdout).splitlines() if line.startswith("ERROR")]
            print(f"peers: left out, they can't be installed: {said[-1] if said else 'no virtual environment here'}")
            return False
    MADE.write_text(pins, encoding="utf-8")
    return True
