"""A model drawn as the paper's Figure 1 is: stacks of sub-layers, from the words upward."""

from __future__ import annotations

from math import pi, sin

from glassformer.model.config import ModelConfig
from glassformer.paper.pens import (
    ATTENTION,
    EMBEDDING,
    FEEDFORWARD,
    GROUND,
    LINEAR,
    NORM,
    SOFTMAX,
    Canvas,
    Point,
)
from glassformer.paper.structure import Stack, Structure, Sublayer

WIDE, FLAT = 2.0, 0.36  # of a box: its width, and the height of one that holds a line
APART = 4.6  # from one stack's middle to the next one's
ASIDE = 1.28  # from a stack's middle to its residual connections


def draw_model(canvas: Canvas, structure: Structure, left: float = 0.0) -> float:
    """The whole model, its first stack in the middle of ``left``; returns how high it is."""
    columns = []
    for i, stack in enumerate(structure.stacks):
        outward = -1 if i == 0 else 1  # where residual connections run
        column = Column(canvas, left + i * APART, outward, stack, structure.config)
        column.draw()
        columns.append(column)
    last = columns[-1]
    if last.stack.reads_memory:
        memory(canvas, columns[0], last)
    return last.head()


class Column:
    """One stack as it grows upward; ``y`` is where the line that comes out of it stands."""

    def __init__(
        self, canvas: Canvas, x: float, outward: int, stack: Stack, config: ModelConfig
    ) -> None:
        self.canvas, self.x, self.outward = canvas, x, outward
        self.stack, self.config = stack, config
        self.y = 0.0
        self.memory_level = 0.0

    def draw(self) -> None:
        """Words, embedding, positions, then a layer in its grey frame, then the norm at the end."""
        self.words()
        bottom = self.y + 0.12
        self.up(0.3)
        for sublayer in self.stack.sublayers:
            self.sublayer(sublayer)
        top = self.y + 0.06
        middle, size = (self.x + 0.1 * self.outward, (bottom + top) / 2), (3.0, top - bottom)
        self.canvas.box(middle, size, colour=GROUND, edge="#9a9a9a", round_=0.2, z=0.5)
        self.canvas.text((self.x + 1.92 * self.outward, (bottom + top) / 2),
                         f"{self.stack.layers}×", size=12)  # fmt: skip
        if self.stack.final_norm:
            self.up(0.3, arrow=True)
            self.put("Norm", NORM)

    def words(self) -> None:
        """From the tokens to embeddings plus positions."""
        canvas, x, config = self.canvas, self.x, self.config
        decoder = self.stack.name == "decoder"
        shifted = "\n(shifted right)" if decoder else ""
        canvas.text((x, -0.05), ("Outputs" if decoder else "Inputs") + shifted, va="top")
        self.up(0.32, arrow=True)
        side = "Output" if decoder else "Input"
        size = config.target_vocabulary if decoder else config.source_vocabulary
        self.put(f"{side}\nEmbedding", EMBEDDING, note=f"{size:,} × {config.d_model}", height=0.82)
        self.up(0.24)
        self.plus()
        y, wave = self.y - 0.15, x + 1.0 * self.outward
        canvas.line([(wave, y), (x + 0.15 * self.outward, y)], arrow=False)
        canvas.circle((wave, y), 0.17)
        curve = [(wave - 0.12 + 0.012 * i, y + 0.08 * sin(2 * pi * i / 20)) for i in range(21)]
        canvas.line(curve, arrow=False, z=3)
        kind = "Learned" if config.positions == "learned" else "Positional"
        canvas.text((wave + 0.25 * self.outward, y), f"{kind}\nEncoding", size=7.5,
                    ha="left" if self.outward > 0 else "right")  # fmt: skip

    def sublayer(self, sublayer: Sublayer) -> None:
        """A sub-layer, its sum and its norm, in the order in which they ran."""
        branch = self.y
        if sublayer.norm_first:
            self.up(0.16, arrow=True)
            self.put("Norm", NORM)
        if sublayer.kind == "attention":
            self.attention(sublayer)
        else:
            self.up(0.22, arrow=True)
            sizes = f"{self.config.d_model} → {self.config.d_ff} → {self.config.d_model}"
            self.put("Feed\nForward", FEEDFORWARD, note=sizes, height=0.82)
        if sublayer.norm_first:
            self.up(0.14)
            self.plus()
            end = (self.x + 0.15 * self.outward, self.y - 0.15)
        else:
            self.up(0.12)
            self.put("Add & Norm", NORM)
            end = (self.x + WIDE / 2 * self.outward, self.y - FLAT / 2)
        side = self.x + ASIDE * self.outward
        start = branch - 0.04
        self.canvas.line([(self.x, start), (side, start), (side, end[1]), end])
        self.up(0.24)

    def attention(self, sublayer: Sublayer) -> None:
        """Queries, keys and values go in side by side; from two places in cross-attention."""
        canvas, x, y = self.canvas, self.x, self.y
        level, into = y + 0.16, y + 0.36
        if sublayer.cross:
            self.memory_level = level
            canvas.line([(x, y), (x, level), (x + 0.55, level), (x + 0.55, into)])
        else:
            canvas.line([(x, y), (x, into)])
            for side in (-0.55, 0.55):
                canvas.line([(x, level), (x + side, level), (x + side, into)])
        self.y = into
        masked = "Masked\n" if sublayer.masked else ""
        note = f"{self.config.n_heads} heads, $d_k$ {self.config.key_width}"
        self.put(f"{masked}Multi-Head\nAttention", ATTENTION, note=note,
                 height=1.1 if masked else 0.82)  # fmt: skip

    def head(self) -> float:
        """Linear, softmax and what comes out, over the last stack; returns the height."""
        tied = self.config.tie != "none"
        self.up(0.34, arrow=True)
        self.put("Linear", LINEAR, note="the embedding’s matrix" if tied else "",
                 height=0.5 if tied else FLAT)  # fmt: skip
        self.up(0.22, arrow=True)
        self.put("Softmax", SOFTMAX)
        self.up(0.26, arrow=True)
        self.canvas.text((self.x, self.y + 0.05), "Output\nProbabilities", va="bottom")
        return self.y + 0.5

    def put(self, text: str, colour: str, note: str = "", height: float = FLAT) -> None:
        """A box on top of the line."""
        self.canvas.box((self.x, self.y + height / 2), (WIDE, height), text, colour, note)
        self.y += height

    def plus(self) -> None:
        """A sum on top of the line."""
        self.canvas.circle((self.x, self.y + 0.15), 0.15, "+")
        self.y += 0.3

    def up(self, length: float, arrow: bool = False) -> None:
        """The line goes on upward."""
        self.canvas.line([(self.x, self.y), (self.x, self.y + length)], arrow)
        self.y += length


def memory(canvas: Canvas, encoder: Column, decoder: Column) -> None:
    """From the top of the encoder to the keys and values of the decoder's cross-attention."""
    top, between = encoder.y + 0.3, (encoder.x + decoder.x) / 2 - 0.15
    level, into = decoder.memory_level, decoder.memory_level + 0.2
    points: list[Point] = [(encoder.x, encoder.y), (encoder.x, top), (between, top)]
    for aside in (0.6, 0.15):
        x = decoder.x - aside
        canvas.line([*points, (between, level), (x, level), (x, into)])
