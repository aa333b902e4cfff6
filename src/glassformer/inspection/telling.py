"""What a probe found, as a finding: which positions, how much, and where it begins."""

from __future__ import annotations

import math
from dataclasses import replace

from torch import Tensor

from glassformer.errors import RecordingError
from glassformer.inspection.findings import Finding
from glassformer.inspection.located import Lab, computed_by, first_moved, line_in
from glassformer.inspection.matching import apart, tolerance
from glassformer.inspection.probes import Trouble


def finding_of(trouble: Trouble, lab: Lab) -> Finding:
    """The finding, its place looked for in two recorded runs."""
    says = f"{trouble.says} {how_much(trouble)}"
    plain = Finding(trouble.check, False, says, (), None, trouble.positions, trouble.by)
    labs = [replace(lab, seed=seed) for seed in trouble.seeds]
    try:
        one = trouble.one()
        tape, result = labs[0].recorded(one)
        there, _ = labs[1].recorded(trouble.other())
    except RecordingError as error:
        return replace(plain, sentence=f"{says} Where it begins cannot be told: {error}.")
    says += unlike(result, labs[0], trouble)
    found = first_moved(tape, there, trouble.match)
    if found is None:
        return replace(plain, sentence=f"{says} While it is recorded nothing moves: it is the "
                       "quick path of a fused layer that does it.")  # fmt: skip
    entry, place, _ = found
    begins, other = computed_by(tape, entry, place), there.entry(entry.path)
    if (other.file, other.line) != (entry.file, entry.line):
        begins += f"; in the other run by {line_in(there, other)}"
    return replace(
        plain, sentence=f"{says} The first value that moves is {begins}.", paths=(entry.path,),
        place=place, file=other.file, line=other.line,
    )  # fmt: skip


def how_much(trouble: Trouble) -> str:
    """ "Positions 0 to 4 move by up to 0.31." """
    by = "become or cease to be numbers" if math.isinf(trouble.by) else (
        f"move by up to {trouble.by:.3g}")  # fmt: skip
    return f"{listed(trouble.positions)} {by}."


def listed(positions: tuple[int, ...]) -> str:
    """Positions in words: "Position 3", "Positions 0 to 4", "Positions 0, 2, 5"."""
    if len(positions) <= 1:
        return f"Position {positions[0]}" if positions else "Its numbers"
    if positions == tuple(range(positions[0], positions[-1] + 1)):
        return f"Positions {positions[0]} to {positions[-1]}"
    shown = ", ".join(map(str, positions[:8]))
    return f"Positions {shown}" + (f" and {len(positions) - 8} more" if len(positions) > 8 else "")


def unlike(result: Tensor, lab: Lab, trouble: Trouble) -> str:
    """A sentence where the recorded run is not like the plain one."""
    plain = lab.plain(trouble.one())
    off = float(apart(plain, result).max()) if plain.shape == result.shape else math.inf
    if off <= tolerance(plain):
        return ""
    return (
        f" Recorded, by its written steps, the model gives another result than plain, by up to "
        f"{off:.3g}: the place is that of the recorded run."
    )
