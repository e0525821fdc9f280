"""`watercooler plan`: what happens in a week, phase by phase."""

from __future__ import annotations


def main() -> int:
    """Print the phases of a week in their order."""
    from rich.table import Table

    from experiments.commands.show import print_plain
    from sim.plan import PHASES

    table = Table(box=None, pad_edge=False)
    for heading in ("", "phase", "owner", "what it does", "reads", "writes"):
        table.add_column(heading, overflow="fold")
    for number, phase in enumerate(PHASES, 1):
        table.add_row(str(number), phase.name, phase.owner, phase.doc, phase.reads, phase.writes)
    print_plain(table)
    return 0
