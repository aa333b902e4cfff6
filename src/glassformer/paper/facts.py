"""The numbers that the paper prints (arXiv 1706.03762v7), to stand beside ours."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Layer:
    """A row of Table 1, and the exponents of length n and width d that its cost has."""

    complexity: str
    sequential: str
    path: str
    n: int
    d: int


TABLE_1 = {
    "self-attention": Layer("O(n² · d)", "O(1)", "O(1)", 2, 1),
    "recurrent": Layer("O(n · d²)", "O(n)", "O(n)", 1, 2),
    "convolutional": Layer("O(k · n · d²)", "O(1)", "O(log_k n)", 1, 2),
    "self-attention (restricted)": Layer("O(r · n · d)", "O(1)", "O(n / r)", 1, 1),
}


@dataclass(frozen=True)
class System:
    """A row of Table 2: BLEU on newstest2014 and training FLOPs; None where it prints none."""

    english_german: float | None
    english_french: float | None
    flops_german: float | None
    flops_french: float | None


TABLE_2 = {
    "GNMT + RL ensemble": System(26.30, 41.16, 1.8e20, 1.1e21),
    "ConvS2S ensemble": System(26.36, 41.29, 7.7e19, 1.2e21),
    "Transformer (base)": System(27.3, 38.1, 3.3e18, 3.3e18),
    "Transformer (big)": System(28.4, 41.8, 2.3e19, 2.3e19),
}


@dataclass(frozen=True)
class Variation:
    """A row of Table 3: what is changed, perplexity a word piece, BLEU, parameters in millions."""

    change: str
    perplexity: float
    bleu: float
    parameters: int | None = None


TABLE_3 = {
    "base": Variation("N 6, d_model 512, d_ff 2048, h 8, P 0.1, ε 0.1", 4.92, 25.8, 65),
    "A-h1": Variation("h 1, d_k d_v 512", 5.29, 24.9),
    "A-h4": Variation("h 4, d_k d_v 128", 5.00, 25.5),
    "A-h16": Variation("h 16, d_k d_v 32", 4.91, 25.8),
    "A-h32": Variation("h 32, d_k d_v 16", 5.01, 25.4),
    "B-dk16": Variation("d_k 16", 5.16, 25.1, 58),
    "B-dk32": Variation("d_k 32", 5.01, 25.4, 60),
    "C-N2": Variation("N 2", 6.11, 23.7, 36),
    "C-N4": Variation("N 4", 5.19, 25.3, 50),
    "C-N8": Variation("N 8", 4.88, 25.5, 80),
    "C-d256": Variation("d_model 256, d_k d_v 32", 5.75, 24.5, 28),
    "C-d1024": Variation("d_model 1024, d_k d_v 128", 4.66, 26.0, 168),
    "C-dff1024": Variation("d_ff 1024", 5.12, 25.4, 53),
    "C-dff4096": Variation("d_ff 4096", 4.75, 26.2, 90),
    "D-P0.0": Variation("P 0.0", 5.77, 24.6),
    "D-P0.2": Variation("P 0.2", 4.95, 25.5),
    "D-e0.0": Variation("ε 0.0", 4.67, 25.3),
    "D-e0.2": Variation("ε 0.2", 5.47, 25.7),
    "E": Variation("learned positions", 4.92, 25.7),
    "big": Variation("d_model 1024, d_ff 4096, h 16, P 0.3, 3 × the steps", 4.33, 26.4, 213),
}
BIG_STEPS = 3  # the big model was trained for 300 000 steps, all others for 100 000

# Parser, what it was trained on, F1 on section 23 of the Wall Street Journal.
TABLE_4 = (
    ("Vinyals, Kaiser et al. 2014", "WSJ only", 88.3),
    ("Petrov et al. 2006", "WSJ only", 90.4),
    ("Zhu et al. 2013", "WSJ only", 90.4),
    ("Dyer et al. 2016", "WSJ only", 91.7),
    ("Transformer (4 layers)", "WSJ only", 91.3),
    ("Zhu et al. 2013", "semi-supervised", 91.3),
    ("Huang and Harper 2009", "semi-supervised", 91.3),
    ("McClosky et al. 2006", "semi-supervised", 92.1),
    ("Vinyals, Kaiser et al. 2014", "semi-supervised", 92.1),
    ("Transformer (4 layers)", "semi-supervised", 92.7),
    ("Luong et al. 2015", "multi-task", 93.0),
    ("Dyer et al. 2016", "generative", 93.3),
)
VOCABULARY = 37_000  # about: English-German (§5.1)
