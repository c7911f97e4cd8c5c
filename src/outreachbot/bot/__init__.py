"""Answers updates from Telegram. Only this package imports `telegram`."""

import sys

# PTB imports httpx, which can be a command line of its own: that would load click, rich and Pygments, 4 MB in all.
# None says that there is no such module, and httpx goes on without it.
sys.modules.setdefault("httpx._main", None)  # type: ignore[arg-type]
