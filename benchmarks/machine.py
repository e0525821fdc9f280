"""On which machine, with which versions: nothing that names a host, a user or a folder."""

from __future__ import annotations

import os
import platform
from contextlib import suppress
from datetime import UTC, datetime
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

import sim

PACKAGES = (
    "numpy",
    "numba",
    "scipy",
    "pandas",
    "pyarrow",
    "hydra-core",
    "mesa",
    "agentpy",
    "jax",
    "starsim",
    "mesa-frames",
    "polars",
)
_CPUS, _CACHES = Path("/proc/cpuinfo"), Path("/sys/devices/system/cpu/cpu0/cache")
_MEMORY = Path("/proc/meminfo")


def describe() -> dict[str, object]:
    """Machine, date and versions, as plain data."""
    return {
        "date": datetime.now(UTC).date().isoformat(),
        "processor": processor(),
        "cores": cores(),
        "caches": caches(),
        "memory_gb": memory(),
        "system": platform.system(),
        "python": platform.python_version(),
        "watercooler": sim.__version__,
        "model_version": sim.MODEL_VERSION,
        "packages": packages(),
    }


def processor() -> str:
    """Model name of the processor."""
    with suppress(OSError, StopIteration):
        text = _CPUS.read_text(encoding="utf-8")
        line = next(line for line in text.splitlines() if line.lower().startswith("model name"))
        return " ".join(line.partition(":")[2].split())
    return platform.processor() or platform.machine()


def cores() -> int:
    """Processors that this process may use."""
    with suppress(AttributeError):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def caches() -> dict[str, str]:
    """Sizes of the caches that the first processor sees, such as L2: 1024K; empty where the system does not say."""
    found = {}
    for folder in sorted(_CACHES.glob("index*")):
        with suppress(OSError):
            level, kind, size = ((folder / name).read_text().strip() for name in ("level", "type", "size"))
            if kind != "Instruction":
                found[f"L{level}"] = size
    return found


def memory() -> float | None:
    """Memory of the machine in GB, or None where the system does not say."""
    with suppress(OSError, StopIteration):
        line = next(line for line in _MEMORY.read_text().splitlines() if line.startswith("MemTotal"))
        return round(int(line.split()[1]) * 1024 / 1e9, 1)
    return None


def packages() -> dict[str, str]:
    """Installed versions of what is measured and what it stands on."""
    found = {}
    for name in PACKAGES:
        with suppress(PackageNotFoundError):
            found[name] = version(name)
    return found


def in_words(machine: dict[str, object]) -> str:
    """One line for people."""
    sizes = ", ".join(f"{level} {size}" for level, size in dict(machine["caches"]).items())  # type: ignore[call-overload]
    versions = ", ".join(f"{name} {value}" for name, value in dict(machine["packages"]).items())  # type: ignore[call-overload]
    cached = f" ({sizes})" if sizes else ""
    return (
        f"{machine['date']}: {machine['cores']} cores of {machine['processor']}{cached}, "
        f"{machine['memory_gb']} GB of memory, Python {machine['python']}, {versions}"
    )
