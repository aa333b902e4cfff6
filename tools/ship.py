"""Make the model that the package carries: python tools/ship.py [--run RUN]

Trains the recipe `petit` on one thread into RUN (build/petit), unless it is there already, and
writes src/glassformer/shipped/petit: the final parameters and every fifth snapshot in 16 bit, the
recorded learning of two sentences, thinned metrics, and a model card of what was measured.
"""

from __future__ import annotations

import argparse
import json
import shutil
import subprocess
import sys
from itertools import product
from pathlib import Path
from typing import Any

import torch

import glassformer as gf
from glassformer.cli.evaluate import evaluate_built_in
from glassformer.evaluation.evaluate import PetitReport
from glassformer.explorer import words
from glassformer.explorer.changes import Change, as_patch
from glassformer.explorer.recorded import record_learning
from glassformer.inspection.tape import Tape
from glassformer.runs.files import save_tensors, write_text, written_beside
from glassformer.runs.run import Run
from glassformer.runs.shipped import FIRST, SHIPPED
from glassformer.runs.snapshots import narrow

SENTENCES = [
    ("because it was too wide, the animal did not cross the street",
     "parce qu'elle était trop large, l'animal n'a pas traversé la rue"),
    ("because it was too tired, the animal did not cross the street",
     "parce qu'il était trop fatigué, l'animal n'a pas traversé la rue"),
]  # fmt: skip
EVERY_UPDATE, EVERY_SNAPSHOT = 20, 5  # what is carried of them
LARGEST, LARGEST_RECORDING = 12_000_000, 700_000  # bytes


def main() -> None:
    """Train, pack, measure, write the card."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--run", type=Path, default=Path("build/petit"))
    run = Run(parser.parse_args().run)
    torch.set_num_threads(1)
    if not run.finished:
        verb = ("resume",) if run.path.exists() else ("train", FIRST, "--run")
        command = [sys.executable, "-m", "glassformer", *verb, str(run.path), "--threads", "1"]
        subprocess.run(command, check=True)
    place = SHIPPED / FIRST
    pack(run, place)
    record_learning(gf.load(run.path), SENTENCES, place / "recorded")
    model = gf.load(place)
    report = evaluate_built_in(model)
    write_text(place / "MODEL_CARD.md", card(model, run, report))
    sizes = {f: f.stat().st_size for f in place.rglob("*") if f.is_file()}
    recording = sum(size for f, size in sizes.items() if f.parent.name == "recorded")
    print(f"{place}: {sum(sizes.values()):,} bytes, {recording:,} of them the recorded learning")
    assert sum(sizes.values()) <= LARGEST and recording <= LARGEST_RECORDING


def pack(run: Run, place: Path) -> None:
    """What of a run is carried, in a run directory of its own."""
    shutil.rmtree(place, ignore_errors=True)
    carried = Run.create(place, recipe=run.recipe)
    carried.save_config(run.config)
    carried.save_tokenizers(run.tokenizers)
    for row in run.metrics():
        if "dev_loss" in row or row["step"] % EVERY_UPDATE == 0 or row["step"] == 1:
            carried.append_metrics(row)
    with written_beside(place / "model") as folder:
        save_tensors(folder / "model.safetensors", run.load_weights(print), narrow)
    for step in run.snapshots()[::EVERY_SNAPSHOT]:
        carried.save_snapshot(step, run.load_snapshot(step))  # to the same 16 bits


def card(model: gf.LoadedModel, run: Run, report: PetitReport) -> str:
    """The model card: what it is, how it was made, how well it does, what it is not for."""
    config, training = model.config, model.recipe.training
    updates = [row for row in run.metrics() if "loss" in row]
    state = json.loads((run.checkpoints()[-1] / "state.json").read_bytes())
    rows = "\n".join(f"| {name} | {share} |" for name, share in measured(report).items())
    said = "\n".join(f"- “{a}” → “{model.translate(a)}”" for a, _ in SENTENCES)
    looks = "\n".join(f"- {look(model, *pair)}" for pair in SENTENCES)
    kept = ", ".join(str(step) for step in model.run.snapshots())
    return f"""# petit: the model that Glassformer carries

An encoder-decoder Transformer of {config.parameter_count():,} parameters that translates a small
English into a small French, both written by one grammar (`docs/petit.md`). It is here to be looked
into: `glassformer explore`.

{said}

## What it is

{config.n_layers} + {config.n_layers} layers, {config.n_heads} heads, d_model {config.d_model},
d_ff {config.d_ff}, {config.norm}-norm, {config.positions}, a vocabulary of
{config.target_vocabulary:,} words for both languages. Parameters are stored in 16 bit and computed
with in 32. Beside the final model (the mean of the last {training.average} checkpoints) there are
snapshots of the steps {kept}; of {len(run.snapshots())} steps the attention, probabilities and
embeddings of the two sentences above are recorded (`explorer/recorded.py` describes the file).

## How it was made

`python tools/ship.py` trains the recipe `{model.recipe.name}` (`recipe.toml`) with seed
{training.seed} on {model.recipe.data.size:,} sentences of the grammar's training split, on
{state["threads"]} thread ({state["processor"]}): {len(updates):,} updates,
{sum(row["tokens"] for row in updates):,} source and target tokens.
`metrics.jsonl` has every {EVERY_UPDATE}th update. No text of any person is in it.

## How well it does

The same command measured the stored parameters, on sentences that training never saw:

| measure | figure |
|---|---|
{rows}

{report.heads.sentence()}
What *elle* and *il* need most in the two sentences above:

{looks}

## What it is not for

It knows {config.target_vocabulary:,} words and the sentences that one grammar makes of them. It
guesses at all else, and it is no translator of English. Sentences longer than those of training
(16 words) fail often, as the last split shows. MIT licence, as the package.
"""


def look(model: gf.LoadedModel, text: str, target: str) -> str:
    """Which attention to a noun il or elle needs most: without that one it is least probable."""
    plain = model.trace(text, target)
    source, said = ([bare(token) for token in plain.about[side]] for side in ("source", "next"))
    row = next(i for i, word in enumerate(said) if word in ("il", "elle"))
    nouns = [i for i, word in enumerate(source) if word in words.antecedents()]

    def probability(tape: Tape) -> float:
        return tape["probabilities"][0, row, plain.about["next"][row]["id"]].item()

    def without(cut: tuple[int, int, int]) -> float:
        layer, head, noun = cut
        path = f"decoder.{layer}.cross_attention.weights"
        change = Change(path, (head, row, noun), scale=0.0)
        return probability(model.trace(text, target, patch=as_patch([change], model)))

    layers, heads = range(model.config.n_layers), range(model.config.n_heads)
    layer, head, noun = most = min(product(layers, heads, nouns), key=without)
    share = plain[f"decoder.{layer}.cross_attention.weights"][0, head, row, noun].item()
    return (
        f"writing *{said[row]}*, head {head + 1} of the decoder's layer {layer + 1} gives "
        f"*{source[noun]}* {share:.0%} of its attention; without that, the probability of "
        f"*{said[row]}* falls from {probability(plain):.0%} to {without(most):.0%}"
    )


def bare(token: dict[str, Any]) -> str:
    """A token as a word."""
    return str(token["piece"]).removeprefix("▁")


def measured(report: PetitReport) -> dict[str, Any]:
    """The figures of the card, by name."""
    names = {"new": "new sentences, exact", "combinations": "new combinations of words, exact",
             "longer": "longer sentences, exact"}  # fmt: skip
    found = {
        names.get(name, name): f"{split.exact} of {split.exact.total:,}"
        for name, split in report.splits.items()
    }
    pairs = report.pairs
    pronoun, whole = pairs.pronoun, pairs.sentence
    found["il or elle, in pairs that differ in one adjective"] = f"{pronoun} of {pronoun.total:,}"
    found["both sentences of such a pair, exact"] = f"{whole} of {whole.total:,}"
    found["BLEU (sacreBLEU) on new sentences"] = f"{report.text.sacrebleu.value:.2f}"
    if report.text.perplexity is not None:
        found["perplexity per token"] = f"{report.text.perplexity.perplexity:.3f}"
    return found


if __name__ == "__main__":
    main()
