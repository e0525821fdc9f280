"""The sections by name, each measured in a process of its own."""

from __future__ import annotations

import importlib
import multiprocessing
from concurrent.futures import ProcessPoolExecutor

from benchmarks.figures import Findings

SECTIONS = {
    "p1": "exchange.small_organization",
    "p2": "exchange.large_organization",
    "p3": "whole.measure",
    "p4": "runs.measure",
    "p5": "sweep.measure",
    "p6": "startup.measure",
    "p7": "memory.measure",
    "p8": "scaling.measure",
}
"""Which function measures what."""


def measured(section: str, small: bool) -> Findings:
    """Measure a section in this process."""
    module, function = SECTIONS[section].split(".")
    found: Findings = getattr(importlib.import_module(f"benchmarks.{module}"), function)(small=small)
    return found


def apart(section: str, small: bool) -> Findings:
    """Measure a section in a fresh process, whose memory is free again afterwards."""
    with ProcessPoolExecutor(1, multiprocessing.get_context("spawn")) as pool:
        return pool.submit(measured, section, small).result()
