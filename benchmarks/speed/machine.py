"""The machine that the figures are of."""

from __future__ import annotations

import os
import platform
from datetime import date
from pathlib import Path


def described() -> str:
    """Processor, cores, memory, load, system, Python and date."""
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    # Figures of a machine that does other work are worth less.
    load = os.getloadavg()[0]
    parts = [
        processor(),
        f"{os.cpu_count()} cores",
        f"{memory:.0f} GB",
        platform.system(),
        f"Python {platform.python_version()}",
        f"load {load:.1f} at the start",
        f"{date.today():%Y-%m-%d}",
    ]
    return ", ".join(parts)


def processor(information: Path = Path("/proc/cpuinfo")) -> str:
    """Its model where Linux tells it, else what Python knows."""
    if information.is_file():
        for line in information.read_text().splitlines():
            if line.startswith("model name"):
                return line.partition(":")[2].strip()
    return platform.processor() or platform.machine()
