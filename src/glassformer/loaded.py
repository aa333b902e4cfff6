"""What ``gf.load`` returns: a model, its tokenizers and its run, with the verbs of a user."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any, overload

import torch

from glassformer.decoding import force, greedy
from glassformer.errors import ConfigError, RunError
from glassformer.inspection.patch import Patch, observe, unchanged
from glassformer.inspection.record import record
from glassformer.inspection.tape import Tape
from glassformer.model.config import ModelConfig
from glassformer.model.transformer import EncoderDecoder, build
from glassformer.runs.run import Run
from glassformer.runs.shipped import find_run
from glassformer.tap import tap
from glassformer.text.tokenizer import Tokenizer, TokenizerPair
from glassformer.training.recipe import Recipe, parse_recipe
from glassformer.training.train import choose_device, choose_dtype
from glassformer.translation import Translation, source_tensor, translate

Notice = Callable[[str], None]


class LoadedModel:
    """A trained model, ready to be used."""

    def __init__(self, model: EncoderDecoder, tokenizers: TokenizerPair, run: Run, recipe: Recipe):
        self.model, self.tokenizers, self.run, self.recipe = model, tokenizers, run, recipe

    @property
    def config(self) -> ModelConfig:
        """The model's sizes and parts."""
        return self.model.config

    def at(self, step: int) -> LoadedModel:
        """The model as it was after so many updates, from the snapshot of them.

        Raises:
            RunError: the run keeps no such snapshot, or it is damaged.
        """
        earlier = type(self.model)(self.config)
        earlier.load_state_dict(self.run.load_snapshot(step))
        matrix = self.model.output_matrix
        earlier.to(matrix.device, matrix.dtype).eval()
        return type(self)(earlier, self.tokenizers, self.run, self.recipe)

    @overload
    def translate(  # type: ignore[overload-overlap]  # a str is a sequence too: the first is meant
        self, text: str, *, beam: int | None = None, alpha: float | None = None
    ) -> str: ...

    @overload
    def translate(
        self, text: Sequence[str], *, beam: int | None = None, alpha: float | None = None
    ) -> list[str]: ...

    def translate(
        self, text: str | Sequence[str], *, beam: int | None = None, alpha: float | None = None
    ) -> str | list[str]:
        """A line's translation, or as many translations as there are lines, in their order.

        ``beam`` and ``alpha`` are the recipe's where None; a beam of 1 is greedy.
        """
        lines = [text] if isinstance(text, str) else list(text)
        best = [found[0].text for found in self.translations(lines, beam=beam, alpha=alpha)]
        return best[0] if isinstance(text, str) else best

    def translations(
        self,
        lines: Sequence[str],
        *,
        beam: int | None = None,
        alpha: float | None = None,
        n_best: int = 1,
        progress: Callable[[int], None] | None = None,
    ) -> list[list[Translation]]:
        """The n best translations of each line with their scores, best first."""
        config = self.recipe.decoding
        if beam is not None:
            config = replace(config, beam=beam)
        if alpha is not None:
            config = replace(config, alpha=alpha)
        return translate(
            self.model,
            self.tokenizers,
            lines,
            config,
            n_best=n_best,
            max_length=self.recipe.data.max_length,
            progress=progress,
        )

    @torch.inference_mode()
    def score(self, sources: Sequence[str], targets: Sequence[str]) -> list[list[float]]:
        """The log-probability of each token of each target, the end token last."""
        if len(sources) != len(targets):
            raise ConfigError(f"{len(sources)} sources and {len(targets)} targets: give as many")
        scores: list[list[float]] = []
        pair = self.tokenizers
        for start in range(0, len(sources), 64):
            part = slice(start, start + 64)
            source = source_tensor(
                pair.source.encode_batch(list(sources[part])), pair, self.model.output_matrix.device
            )
            scores += force(
                self.model.step,
                self.model.start(source),
                targets=pair.target.encode_batch(list(targets[part])),
                bos_id=pair.target.bos_id,
                eos_id=pair.target.eos_id,
            )
        return scores

    @torch.inference_mode()
    def trace(self, text: str, target: str | None = None, *, patch: Patch | None = None) -> Tape:
        """Everything that happens when the model reads ``text`` and writes ``target``.

        The decoder reads the whole target at once, as in training; each position predicts the next
        token. Without a ``target`` it is what greedy decoding writes, changes of a patch included.
        The tape ends in ``logits`` and ``probabilities`` [batch, position, vocabulary].

        Args:
            patch: puts another value in a tapped one's place, see ``inspection.patch``.
        """
        pair, model = self.tokenizers, self.model
        ids = pair.source.encode(text)
        device = model.output_matrix.device
        source = source_tensor([ids], pair, device)
        if target is None:
            with observe(model, patch or unchanged):
                (found,) = greedy(
                    model.step, model.start(source), rows=1, bos_id=pair.target.bos_id,
                    eos_id=pair.target.eos_id, max_lengths=[len(ids) + 50],
                    banned=(pair.target.pad_id, pair.target.bos_id),
                )  # fmt: skip
            wanted = list(found.tokens)
        else:
            wanted = pair.target.encode(target)
        start = torch.tensor([[pair.target.bos_id, *wanted]], device=device)
        with record(model, patch) as tape:
            hidden = model(source, start)
            logits = tap(model, "logits", "batch position vocabulary", model.logits(hidden))
            tap(model, "probabilities", "batch position vocabulary", logits.softmax(-1))
        tape.about = {
            "run": self.run.path.name,
            "config": asdict(self.config),
            "text": text,
            "source": tokens_of(pair.source, source[0].tolist()),
            "target": tokens_of(pair.target, start[0].tolist()),
            "next": tokens_of(pair.target, [*wanted, pair.target.eos_id]),
            "output": pair.target.decode(wanted),
        }
        return tape


def tokens_of(tokenizer: Tokenizer, ids: list[int]) -> list[dict[str, Any]]:
    """Each id with its piece, as a person can read it."""
    pieces = tokenizer.pieces(ids)
    return [{"id": i, "piece": piece} for i, piece in zip(ids, pieces, strict=True)]


def load(
    path: str | Path | None = None,
    *,
    device: str | None = None,
    dtype: str = "fp32",
    notice: Notice = lambda text: None,
) -> LoadedModel:
    """The model of a run directory: its final parameters, or those of its newest checkpoint.

    Args:
        path: a run directory, or the name of a model that the package carries; petit if None.
        device: cpu, cuda or cuda:N; the GPU where there is one if None.
        dtype: fp32, bf16 or auto, of the parameters and of all arithmetic.
        notice: told when a damaged checkpoint was passed over for an older one.

    Raises:
        RunError: no run is there, or it has no parameters yet.
        CheckpointError: no checkpoint in it is whole.
    """
    run = Run.open(find_run(path))
    recipe = parse_recipe(run.recipe)
    weights = run.load_weights(notice)
    model = build(run.config)
    if not isinstance(model, EncoderDecoder):
        raise RunError(f"{path} holds a {run.config.family} model, which does not translate")
    model.load_state_dict(weights)
    chosen = choose_device(device)
    model.to(chosen, choose_dtype(dtype, run.config.d_model, chosen)).eval()
    return LoadedModel(model, run.tokenizers, run, recipe)
