"""The curve of BLEU over a Multi30k run: python benchmarks/multi30k.py RUN

Scores the checkpoints that the run kept, and its final model (of a run that is not done, its
newest), on test_2016_flickr. Train the run first, with nothing but:

    glassformer train multi30k-tiny data.path=FOLDER training.updates=1500
"""

from __future__ import annotations

import argparse
from pathlib import Path

from common import keep

import glassformer as gf
from glassformer.data.open import open_data
from glassformer.evaluation.bleu import sacrebleu_score, tokenised_bleu
from glassformer.runs.files import load_tensors


def main() -> None:
    """Score, and keep the curve."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("run", type=Path)
    parser.add_argument("--name", default="multi30k-tiny")
    parser.add_argument("--every", type=int, default=1, help="score checkpoints of N, 2N … updates")
    asked = parser.parse_args()
    run = asked.run
    model = gf.load(run, notice=print)
    pairs = list(open_data(model.recipe.data).split("test"))
    sources, references = [p[0] for p in pairs], [p[1] for p in pairs]
    losses = {row["step"]: row["dev_loss"] for row in model.run.metrics() if "dev_loss" in row}
    rows = [row for row in model.run.metrics() if "loss" in row]

    def scores() -> dict[str, float]:
        found = model.translate(sources)
        lower = [line.lower() for line in references]
        return {
            "tokenised_lowercased": round(tokenised_bleu(found, lower, lowercase=True).value, 2),
            "sacrebleu": round(sacrebleu_score(found, references, lowercase=True).value, 2),
        }

    curve = []
    final = scores()
    for folder in model.run.checkpoints():
        if int(folder.name) % asked.every:
            continue
        model.model.load_state_dict(load_tensors(folder / "model.safetensors"))
        step = int(folder.name)
        curve.append({"updates": step, "dev_loss": losses.get(step), **scores()})
        print(curve[-1])
    lower = [line.lower() for line in references]
    keep(asked.name, {
        "what": "Multi30k En-De, test_2016_flickr, beam 5, α 0.6; BLEU is lower-cased",
        "recipe": model.run.recipe.replace(str(model.recipe.data.path), "FOLDER"),
        "seed": model.recipe.training.seed,
        "updates": rows[-1]["step"],
        "seconds": rows[-1]["seconds"],
        "tokens_per_second": round(sum(r["tokens"] for r in rows) / rows[-1]["seconds"], 1),
        "curve": curve,
        "averaged": final,
        "signatures": [
            tokenised_bleu(lower, lower, lowercase=True).signature,
            sacrebleu_score(lower, lower, lowercase=True).signature,
        ],
    })  # fmt: skip


if __name__ == "__main__":
    main()
