"""How the figures are drawn: the paper's type and colours, boxes, arrows, files.

Pages are matplotlib's without its global state; the same picture gives the same file.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from glassformer.errors import MissingExtraError

try:
    from matplotlib import rc_context
    from matplotlib.figure import Figure
    from matplotlib.patches import Circle, FancyArrowPatch, FancyBboxPatch, Rectangle
    from matplotlib.path import Path as Line
except ImportError as error:
    raise MissingExtraError("matplotlib", "paper", "drawing the paper's figures") from error

STYLE: Any = {
    "font.family": "STIXGeneral",  # the nearest to the paper's Times
    "mathtext.fontset": "stix",
    "font.size": 9.0,
    "axes.linewidth": 0.7,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "svg.hashsalt": "glassformer",
    "lines.linewidth": 1.6,
}
INK, FAINT, GROUND = "#222222", "#8a8a8a", "#f3f3f5"
# The colours of the paper's Figure 1.
ATTENTION, FEEDFORWARD, NORM = "#ffe1bb", "#c2e8f7", "#f2f4c1"
EMBEDDING, LINEAR, SOFTMAX, PLAIN = "#fce0e1", "#dcdff0", "#cce8cf", "#ffffff"
# Okabe and Ito's, which colour-blind people tell apart, for lines and heads.
COLOURS = ("#0072b2", "#d55e00", "#009e73", "#cc79a7", "#56b4e9", "#e69f00", "#7a6fd0", "#8c6d31")

Point = tuple[float, float]


in_style = rc_context(STYLE)  # as a decorator: what is drawn inside has the paper's type


def page(width: float, height: float) -> Figure:
    """An empty page of so many inches."""
    return Figure(figsize=(width, height), facecolor="white")


def save(figure: Figure, path: Path) -> list[Path]:
    """Write the page as SVG and as PNG; ``path`` has no ending yet."""
    vector, pixels = path.with_suffix(".svg"), path.with_suffix(".png")
    with rc_context(STYLE):
        figure.savefig(vector, bbox_inches="tight", pad_inches=0.08, metadata={"Date": None})
        figure.savefig(pixels, bbox_inches="tight", pad_inches=0.08, dpi=200)
    lines = vector.read_text(encoding="utf-8").splitlines()
    vector.write_text("".join(line.rstrip() + "\n" for line in lines), encoding="utf-8")
    return [vector, pixels]


class Canvas:
    """A page to draw on in units of 0.48 inch, as large in the end as ``fit`` says."""

    UNIT = 0.48

    def __init__(self) -> None:
        self.page = page(1, 1)
        self.axes = self.page.add_axes((0, 0, 1, 1))
        self.axes.axis("off")
        self.left = 0.0

    def fit(self, left: float, right: float, bottom: float, top: float) -> Figure:
        """The page, so large that it shows these ends."""
        self.axes.set(xlim=(left, right), ylim=(bottom, top))
        self.page.set_size_inches((right - left) * self.UNIT, (top - bottom) * self.UNIT)
        return self.page

    def shifted(self, right: float) -> Canvas:
        """Strokes, cells and texts from now on stand so much further to the right."""
        self.left += right
        return self

    def stroke(self, start: Point, end: Point, colour: str, strength: float) -> None:
        """A straight line, the stronger the greater a weight from 0 to 1."""
        x, y = (start[0] + self.left, end[0] + self.left), (start[1], end[1])
        self.axes.plot(x, y, color=colour, alpha=strength**0.8, lw=0.6 + 1.9 * strength, zorder=1,
                       solid_capstyle="round")  # fmt: skip

    def cell(self, corner: Point, size: Point, colour: str, strength: float) -> None:
        """A small rectangle, as strong as a weight from 0 to 1."""
        place = (corner[0] + self.left, corner[1])
        self.axes.add_patch(Rectangle(place, *size, fc=colour, alpha=strength, lw=0, zorder=3))

    def box(
        self,
        centre: Point,
        size: Point,
        text: str = "",
        colour: str = PLAIN,
        note: str = "",
        *,
        edge: str = INK,
        round_: float = 0.09,
        z: float = 2,
    ) -> None:
        """A rounded box with a text, and a smaller note under it."""
        (x, y), (width, height) = centre, size
        style = f"round,pad=0,rounding_size={round_}"
        corner = (x - width / 2, y - height / 2)
        self.axes.add_patch(
            FancyBboxPatch(corner, width, height, style, fc=colour, ec=edge, lw=0.9, zorder=z)
        )
        lines, points = text.count("\n") + 1, 72 * self.UNIT
        above, below = lines * 9.2 / points, 8.0 / points if note else 0.0
        self.text((x, y + below / 2), text, z=z + 1)
        if note:
            self.text((x, y - above / 2 - 0.01), note, size=6.3, colour="#555555", z=z + 1)

    def text(
        self,
        at: Point,
        text: str,
        size: float = 8.5,
        colour: str = INK,
        *,
        ha: str = "center",
        va: str = "center",
        rotation: float = 0,
        weight: str = "normal",
        z: float = 4,
    ) -> None:
        """A text."""
        self.axes.text(at[0] + self.left, at[1], text, size=size, color=colour, ha=ha, va=va,
                       rotation=rotation, weight=weight, zorder=z, linespacing=1.05)  # fmt: skip

    def line(self, points: Sequence[Point], arrow: bool = True, z: float = 1.5) -> None:
        """A line through these points with round corners, to an arrow's head at its end."""
        style = "-|>,head_length=3.2,head_width=1.5" if arrow else "-"
        self.axes.add_patch(
            FancyArrowPatch(
                path=rounded(points), arrowstyle=style, mutation_scale=1.0,
                fc=INK if arrow else "none", ec=INK, lw=0.9, zorder=z, shrinkA=0, shrinkB=0,
                snap=False,
            )
        )  # fmt: skip

    def circle(self, at: Point, radius: float, text: str = "", colour: str = PLAIN) -> None:
        """A circle with a sign in it."""
        self.axes.add_patch(Circle(at, radius, fc=colour, ec=INK, lw=0.9, zorder=2))
        self.text(at, text, size=10)


def rounded(points: Sequence[Point], radius: float = 0.12) -> Line:
    """A path through the points, its corners rounded."""
    vertices, codes = [points[0]], [Line.MOVETO]
    for before, corner, after in zip(points, points[1:], points[2:], strict=False):
        vertices += [toward(corner, before, radius), corner, toward(corner, after, radius)]
        codes += [Line.LINETO, Line.CURVE3, Line.CURVE3]
    return Line([*vertices, points[-1]], [*codes, Line.LINETO])


def toward(start: Point, end: Point, distance: float) -> Point:
    """The point so far from the start on the way to the end, half the way at most."""
    dx, dy = end[0] - start[0], end[1] - start[1]
    length = max((dx**2 + dy**2) ** 0.5, 1e-9)
    share = min(distance / length, 0.5)
    return start[0] + share * dx, start[1] + share * dy
