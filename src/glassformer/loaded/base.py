"""What a loaded model of every family has: its parts, its verbs by name, and ``trace``."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass
from typing import Any, ClassVar, Self, overload

import torch
from torch import Tensor

from glassformer.errors import ConfigError, RunError
from glassformer.inspection.patch import Patch
from glassformer.inspection.record import record
from glassformer.inspection.tape import Tape
from glassformer.loaded.anew import ROWS
from glassformer.loaded.clock import check_time
from glassformer.loaded.tokens import tokens_of
from glassformer.loaded.training import Training, in_training, show_loss
from glassformer.model.config import ModelConfig
from glassformer.model.packed import pack
from glassformer.model.transformer import Model
from glassformer.runs.run import Run
from glassformer.tap import tap
from glassformer.text.tokenizer import TokenizerPair
from glassformer.training.recipe import Recipe
from glassformer.translation import Translation


@dataclass(frozen=True)
class Reading:
    """What a trace runs on, as ids.

    ``source`` is what an encoder reads, ``target`` what a decoder reads, beginning with the start
    token. ``next`` is what belongs at each of the positions that predict: what a loss is measured
    against. ``output`` is what the model makes of it, as text.
    """

    source: list[int]
    target: list[int]
    next: list[int]
    output: str


class LoadedModel:
    """A model with its tokenizers, ready to be used. Each family has verbs of its own:

    ``Translator`` (encoder-decoder): translate, score, trace. ``Predictor`` (decoder-only):
    generate, trace. ``Reader`` (encoder-only): fill, trace. ``Classifier`` (encoder-only, with
    labels): classify, trace. A verb that a family has not says so. ``built_in``: its words are
    those of petit, the built-in pair. ``notice`` is told when memory had no room for all lines
    together.
    """

    verbs: ClassVar[tuple[str, ...]] = ("trace",)
    untrained = False

    def __init__(
        self,
        model: Model,
        tokenizers: TokenizerPair,
        run: Run | None = None,
        recipe: Recipe | None = None,
        name: str = "",
        built_in: bool = False,
    ):
        self.model, self.tokenizers = model, tokenizers
        self._run, self._recipe = run, recipe
        self.built_in = built_in or (recipe is not None and recipe.data.source == "petit")
        self.name = name or (run.path.name if run else f"untrained {model.config.family}")
        self.notice: Callable[[str], None] = lambda text: None

    @property
    def config(self) -> ModelConfig:
        """The model's sizes and parts."""
        return self.model.config

    @property
    def has_run(self) -> bool:
        """Whether it was loaded from a run; another project's model was not."""
        return self._run is not None

    @property
    def run(self) -> Run:
        """The run that it was loaded from.

        Raises:
            RunError: there is none.
        """
        if self._run is None:
            raise RunError(f"{self.name} was never trained here: there is no run of it")
        return self._run

    @property
    def recipe(self) -> Recipe:
        """The recipe of its run.

        Raises:
            RunError: there is none.
        """
        if self._recipe is None:
            raise RunError(f"{self.name} was never trained here: there is no recipe of it")
        return self._recipe

    @property
    def longest(self) -> int:
        """Tokens that it was made to read at once."""
        if self._recipe is not None:
            return self._recipe.data.max_length
        return self.config.max_length - self.config.first_position

    @property
    def opening(self) -> str:
        """A text of the kind that it reads, to begin with: what its training showed, or numbers
        where it reads these; "" if nothing is known."""
        if self._recipe is not None:
            return self._recipe.training.sample or ""
        if self.config.image_size is not None:  # an even ramp from black to white
            count = self.config.channels * self.config.image_size**2
            return " ".join(str(255 * i // (count - 1)) for i in range(count))
        return "1 2 3" if self.tokenizers.source.kind == "numbers" else ""

    @property
    def smoothing(self) -> float:
        """The label smoothing that it was trained with; the paper's (§5.4) if it was not."""
        return 0.1 if self._recipe is None else self._recipe.training.label_smoothing

    def pack(self) -> Self:
        """Lay the matrices out a second time, as a CPU multiplies fastest: for a model that is to
        write much in fp32. In bf16 and int8 they are there already.

        What is written comes from them from now on, whatever is done to parameters, parts and
        hooks; what is observed and learned does not.
        """
        if self.model.packed is None:
            pack(self.model)
        return self

    def at(self, step: int) -> Self:
        """The model as it was after so many updates, from the snapshot of them.

        Raises:
            RunError: there is no run, it keeps no such snapshot, or it is damaged.
        """
        earlier = type(self.model)(self.config)
        earlier.load_state_dict(self.run.load_snapshot(step))
        matrix = self.model.output_matrix
        earlier.to(matrix.device, matrix.dtype).eval()
        return type(self)(earlier, self.tokenizers, self.run, self.recipe, self.name)

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
        raise self.lacks("translate")

    def score(self, sources: Sequence[str], targets: Sequence[str]) -> list[list[float]]:
        """The log-probability of each token of each target, the end token last."""
        raise self.lacks("score")

    def generate(self, text: str = "", **how: Any) -> str:
        """How the text goes on, the most probable token at each step if nothing else is said.

        ``how`` is that of ``tasks.continuing.Generation``: max_length, temperature, top_k, top_p,
        seed, repeats.
        """
        raise self.lacks("generate")

    def stream(self, text: str = "", **how: Any) -> Iterator[str]:
        """What ``generate`` writes, piece by piece."""
        raise self.lacks("generate")

    def fill(self, text: str) -> str:
        """The text with a token in the place of each ``<mask>``."""
        raise self.lacks("fill gaps")

    def fillings(self, text: str, n_best: int = 5) -> list[list[tuple[str, float]]]:
        """For each ``<mask>`` of the text the most probable pieces, best first, with their
        probabilities."""
        raise self.lacks("fill gaps")

    def classify(self, text: str) -> str:
        """What the text is, or the image whose pixels it holds: the most probable label."""
        raise self.lacks("classify")

    def labels(self, text: str) -> list[tuple[str, float]]:
        """All labels with their probabilities for this text, best first."""
        raise self.lacks("classify")

    def lacks(self, verb: str) -> ConfigError:
        """The error for a verb that this family has not."""
        others = " and ".join(self.verbs)
        return ConfigError(f"{self.config.family} models do not {verb}: {self.name} can {others}")

    @torch.inference_mode()
    def trace(
        self,
        text: str,
        target: str | None = None,
        *,
        patch: Patch | None = None,
        pad: int = 0,
        training: Training | None = None,
        stepwise: bool = False,
    ) -> Tape:
        """Everything that happens when the model reads ``text``; see the family's ``read``.

        All positions are read at once, as in training; each decoder position predicts the next
        token, each position of an encoder-only model the token that stands there. The tape ends in
        ``logits`` and ``probabilities`` [batch, position, vocabulary].

        Args:
            target: what is written; without it, what the model itself writes.
            patch: puts another value in a tapped one's place, see ``inspection.patch``.
            pad: so many padding tokens after what the encoder reads.
            training: as a training step's forward pass, dropout and loss included.
            stepwise: one token after the other with the key-value cache, as in decoding. What
                step n brings has @n after its path, from the second step on.

        Raises:
            ConfigError: the family has not what was asked for.
        """
        if stepwise and training is not None:
            raise ConfigError("training reads all positions at once: it cannot be shown stepwise")
        reading = self.read(text, target, patch, pad)
        check_time()
        model = self.model if training is None else in_training(self.model, training)
        with record(model, patch) as tape:
            if stepwise:
                self.run_by_steps(reading, tape)
            else:
                logits = show_prediction(model, self.forward(model, reading))
                if training is not None:
                    smoothing = self.smoothing if training.smoothing is None else training.smoothing
                    show_loss(model, logits, reading.next, smoothing)
                    training = Training(training.seed, training.rate(model), smoothing)
        tape.about = self.about(text, reading) | {
            "training": None if training is None else asdict(training),
            "stepwise": stepwise,
        }
        return tape

    @abstractmethod
    def read(self, text: str, target: str | None, patch: Patch | None, pad: int) -> Reading:
        """What the model is to read, and what it makes of it with the changes of a patch."""

    @abstractmethod
    def forward(self, model: Model, reading: Reading) -> Tensor:
        """One pass over all positions: hidden states [1, position, d_model]."""

    def run_once(self) -> None:
        """A pass over the shortest text there is, for whoever wants to see what it shows."""
        pair = self.tokenizers
        start, end = [pair.target.bos_id], [pair.source.eos_id]
        show_prediction(self.model, self.forward(self.model, Reading(end, start, end, "")))

    def run_by_steps(self, reading: Reading, tape: Tape) -> None:
        """One position after the other, with the cache; ``tape.step`` counts them."""
        raise self.lacks("write step by step")

    def about(self, text: str, reading: Reading) -> dict[str, Any]:
        """What was traced, in plain values."""
        return {
            "run": self.name,
            "family": self.config.family,
            "untrained": self.untrained,
            "config": asdict(self.config),
            "text": text,
            "output": reading.output,
            "source": tokens_of(self.tokenizers.source, reading.source),
            "target": tokens_of(self.tokenizers.target, reading.target),
            "next": tokens_of(self.tokenizers.target, reading.next),
        }

    def tensor(self, ids: Sequence[int]) -> Tensor:
        """One row of ids on the model's device: int64 [1, position]."""
        return torch.tensor([list(ids)], dtype=torch.int64, device=self.model.output_matrix.device)


def show_prediction(model: Model, hidden: Tensor) -> Tensor:
    """Tap the logits and probabilities of hidden states [batch, position, d_model]."""
    logits = tap(model, "logits", ROWS, model.logits(hidden))
    tap(model, "probabilities", ROWS, logits.softmax(-1))
    return logits
