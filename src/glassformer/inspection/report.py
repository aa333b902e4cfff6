"""What ``check`` found, to be read by a person or by a test."""

from __future__ import annotations

from dataclasses import dataclass

from glassformer.errors import CheckError
from glassformer.inspection.findings import Finding


@dataclass(frozen=True)
class Report:
    """All findings of a check: its faults, and what was looked at and is well."""

    model: str
    findings: tuple[Finding, ...]

    @property
    def faults(self) -> list[Finding]:
        """What is wrong."""
        return [one for one in self.findings if not one.ok]

    def raise_if_any(self) -> None:
        """End a test where something is wrong.

        Raises:
            CheckError: with a sentence for each fault.
        """
        if self.faults:
            raise CheckError(str(self))

    def __str__(self) -> str:
        """A line for the whole and one for each finding, the faults first."""
        count = len(self.faults)
        verdict = "nothing is wrong" if not count else f"{count} thing{'s' * (count > 1)} wrong"
        well = [f"  ✓ {one.sentence}" for one in self.findings if one.ok]
        return "\n".join(
            [f"{self.model}: {verdict}", *(f"  ! {one.sentence}" for one in self.faults), *well]
        )
