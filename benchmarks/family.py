"""The figure of each recipe of the family: python benchmarks/family.py [RECIPE …]

Each recipe is trained into --runs (a finished run there is used again) and measured on what no
training saw. Seconds are of the updates, on the cores that this process may use. What was measured
of other recipes before stays in the results.
"""

from __future__ import annotations

import argparse
import json
import math
import random
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import torch
from common import RESULTS, commit, glassformer, keep, machine

import glassformer as gf
from glassformer.data import petit
from glassformer.data.open import PetitTexts, open_data
from glassformer.data.petit.guess import gap
from glassformer.evaluation.brackets import score_trees
from glassformer.evaluation.perplexity import perplexity
from glassformer.tasks.continuing import Continuing

LONGEST_GAP = 12  # words of a sentence whose gap is examined: a longer one takes minutes
Figures = dict[str, Any]


def exact(model: gf.LoadedModel, gaps: int) -> Figures:
    """The share of new inputs whose answer is right in every letter."""
    pairs = list(open_data(model.recipe.data).split("test"))
    found = model.translate([text for text, _ in pairs])
    right = sum(a == b for a, (_, b) in zip(found, pairs, strict=True))
    return {"new_inputs": len(pairs), "right": right / len(pairs), "aim": 1.0}


def against_the_grammar(model: gf.LoadedModel, gaps: int) -> Figures:
    """Perplexity on new texts beside that of the grammar's own probabilities of the same texts."""
    data = open_data(model.recipe.data)
    assert isinstance(data, PetitTexts)
    texts, tokenizer = list(data.texts("test")), model.tokenizers.target
    nats = -sum(text.log_probability for text in texts)
    found = model_perplexity(model, [text.english for text in texts])
    assert found.tokens == sum(len(tokenizer.encode(text.english)) + 1 for text in texts)
    best = math.exp(nats / found.tokens)
    return {
        "texts": len(texts), "tokens": found.tokens, "perplexity": found.perplexity,
        "grammar_perplexity": best, "above": found.perplexity / best - 1, "aim": 0.02,
    }  # fmt: skip


def model_perplexity(model: gf.LoadedModel, lines: list[str]) -> Any:
    """The perplexity of a decoder alone on these texts."""
    from tempfile import TemporaryDirectory

    import numpy as np

    from glassformer.data.corpus import EncodedCorpus

    tokenizer = model.tokenizers.target
    task = Continuing(tokenizer)
    with TemporaryDirectory() as folder:
        rows = (([], tokenizer.encode(line)) for line in lines)
        corpus = EncodedCorpus.build(Path(folder) / "texts", rows)
        parts = np.array_split(np.arange(len(corpus)), max(1, len(corpus) // 64))
        return perplexity(model.model, (task.batch(corpus, part, 0) for part in parts))


@torch.inference_mode()
def letters(model: gf.LoadedModel, gaps: int) -> Figures:
    """The loss of a letter of the last tenth, given the 1 to 64 before it, as nanoGPT counts."""
    folder = Path(str(model.recipe.data.path))
    text = (folder / "input.txt").read_text(encoding="utf-8")
    tokenizer = model.tokenizers.target
    ids = torch.tensor(tokenizer.encode(text[int(len(text) * 0.9) :]))
    pieces = ids[: (len(ids) - 1) // 64 * 64 + 1].unfold(0, 65, 64)
    total = 0.0
    for part in pieces.split(64):
        start = torch.full((len(part), 1), tokenizer.bos_id)
        logits = model.model.logits(model.model(torch.cat((start, part[:, :-1]), 1)))
        losses = -logits.log_softmax(-1).gather(-1, part[..., None])[..., 0]
        total += float(losses[:, 1:].double().sum())
    return {"letters": pieces.numel() - len(pieces),
            "validation_loss": total / (pieces.numel() - len(pieces)), "aim": 1.88,
            "aim_in_the_same_time": 1.80}  # fmt: skip


def gaps_filled(model: gf.LoadedModel, gaps: int) -> Figures:
    """How probable, by the grammar, the model's best word for a gap is, beside the best there is.

    One word of a sentence is hidden. Accuracy is expected, not counted: the probability, by the
    grammar, of the word that is put there, so that chance in what stood there plays no part.
    """
    rng, reached, best, count = random.Random(5), 0.0, 0.0, 0
    for text in petit.texts("petit-sentences", True, 11, 100_000):
        words = petit.words(text.english)
        if len(words) > LONGEST_GAP:
            continue
        place = rng.randrange(len(words))
        chances = gap(words, place)
        hidden = " ".join([*words[:place], "<mask>", *words[place + 1 :]]).replace(" ,", ",")
        piece = model.fillings(hidden, 1)[0][0][0].removeprefix("▁")
        reached, best, count = (
            reached + chances.get(piece, 0.0),
            best + max(chances.values()),
            count + 1,
        )
        if count == gaps:
            break
    return {
        "gaps": count, "longest_sentence": LONGEST_GAP, "accuracy": reached / count,
        "best_possible": best / count, "below": (best - reached) / count, "aim": 0.02,
    }  # fmt: skip


def labels(model: gf.LoadedModel, gaps: int) -> Figures:
    """The share of new texts or images with the right label."""
    pairs = list(open_data(model.recipe.data).split("test"))
    right = sum(model.classify(text) == label for text, label in pairs)
    aim = 0.97 if model.recipe.data.source == "digits" else 0.99
    return {"examples": len(pairs), "accuracy": right / len(pairs), "aim": aim}


def brackets(model: gf.LoadedModel, gaps: int) -> Figures:
    """Labelled bracket F1 on new sentences."""
    pairs = list(open_data(model.recipe.data).split("test"))
    report = score_trees(model.translate([text for text, _ in pairs]), [tree for _, tree in pairs])
    return {**report.to_json(), "aim": 99.0}


MEASURES: dict[str, Callable[[gf.LoadedModel, int], Figures]] = {
    "copy": exact, "reverse": exact, "sort": exact, "add": exact,
    "petit-parse": brackets, "petit-gpt": against_the_grammar, "shakespeare-char": letters,
    "petit-bert": gaps_filled, "petit-it": labels, "digits-vit": labels,
}  # fmt: skip


def main() -> None:
    """Train what is not there, measure, and keep the figures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("recipes", nargs="*", metavar="RECIPE", help=", ".join(MEASURES))
    parser.add_argument("--runs", type=Path, default=Path("runs/family"))
    parser.add_argument("--shakespeare", help="the folder that has input.txt")
    parser.add_argument(
        "--gaps", type=int, default=200, help="sentences with a gap, for petit-bert"
    )
    arguments = parser.parse_args()
    file = RESULTS / "family.json"
    kept = json.loads(file.read_text(encoding="utf-8")) if file.is_file() else {}
    recipes: Figures = kept.get("recipes", {})
    for name in arguments.recipes or MEASURES:
        run = arguments.runs / name
        extra = []
        if name == "shakespeare-char":
            if not arguments.shakespeare:
                print("shakespeare-char is left out: it needs --shakespeare FOLDER")
                continue
            extra = [f"data.path={arguments.shakespeare}"]
        elif name == "petit-it":
            extra = [f"init_from={arguments.runs / 'petit-bert'}"]
        if not (run / "model").is_dir():
            words = (
                ("resume", str(run)) if run.is_dir() else ("train", name, *extra, "--run", str(run))
            )
            subprocess.run(glassformer(*words), check=True)
        model = gf.load(run)
        updates = [row for row in model.run.metrics() if "loss" in row]
        recipes[name] = {
            "commit": commit(), "machine": machine(), "updates": len(updates),
            "training_seconds": updates[-1]["seconds"], "seed": model.recipe.training.seed,
            **MEASURES[name](model, arguments.gaps),
        }  # fmt: skip
        keep("family", {"what": "each recipe of the family on what no training saw",
                        "recipes": recipes})  # fmt: skip


if __name__ == "__main__":
    main()
