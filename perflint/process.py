"""A process that does one run and ends."""

from __future__ import annotations

import atexit
import gc
import os
import sys
from contextlib import suppress
from typing import NoReturn

from perflint.cli import main


def run() -> NoReturn:
    """Run the command line. What was made is left to the operating system: freeing it takes up to a third of a run."""
    gc.disable()
    try:
        main()
    except SystemExit as end:
        if sys.getprofile() is None and sys.gettrace() is None:  # these report when the interpreter ends
            _leave(end.code if isinstance(end.code, int) else 0)
        raise


def _leave(code: int) -> NoReturn:
    """End at once, with all that is to be done at the end but freeing memory."""
    atexit._run_exitfuncs()
    for stream in (sys.stdout, sys.stderr):
        with suppress(OSError, ValueError):  # nobody reads any more
            stream.flush()
    os._exit(code)
