"""Before the first update: the run's tokenizer, its encoded corpora, its model.

Each step is done once and found again at a resume; half of one is never found.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path

from torch import Tensor

from glassformer.data.corpus import EncodedCorpus
from glassformer.data.open import open_data
from glassformer.data.prepare import Skipped, encode_corpus, encode_running
from glassformer.errors import ConfigError, DataError
from glassformer.model.transformer import Model, build
from glassformer.runs.run import Run
from glassformer.tasks.choose import task_of
from glassformer.tasks.task import Task
from glassformer.text.tokenizer import Tokenizer, TokenizerPair
from glassformer.training.recipe import Recipe
from glassformer.training.start import start_of

Notice = Callable[[str], None]
Pair = tuple[str, str]
HEAD = ("head.", "output_matrix", "output_bias")  # what stands after the last hidden state


def prepare_tokenizers(run: Run, recipe: Recipe, notice: Notice) -> TokenizerPair:
    """The run's tokenizers: already there, taken from ``init_from``, or trained on the corpus."""
    if run.has_tokenizers():
        return run.tokenizers
    if recipe.init_from:
        pair = start_of(recipe.init_from, notice).tokenizers
        if "labels" in recipe.model and pair.target.kind != "labels":
            targets = (target for _, target in open_data(recipe.data).split("train"))
            pair = TokenizerPair(pair.source, label_tokenizer(recipe, targets))
    else:
        notice(f"training the tokenizer ({recipe.tokenizer.kind})")
        pair = train_tokenizers(recipe, lambda: open_data(recipe.data).split("train"))
    run.save_tokenizers(pair)
    return pair


def train_tokenizers(recipe: Recipe, pairs: Callable[[], Iterable[Pair]]) -> TokenizerPair:
    """One tokenizer from all that is read of these pairs, or one from each side."""

    def lines(*sides: int) -> Iterator[str]:
        return (pair[side] for pair in pairs() for side in sides if pair[side])

    if "labels" in recipe.model:
        if recipe.model.get("image_size") is not None:
            brightest = max(int(number) for line in lines(0) for number in line.split())
            source = Tokenizer.of_numbers(brightest + 1)
        else:
            source = Tokenizer.train(lines(0), recipe.tokenizer)
        return TokenizerPair(source, label_tokenizer(recipe, lines(1)))
    if recipe.tokenizer.shared:
        shared = Tokenizer.train(lines(0, 1), recipe.tokenizer)
        return TokenizerPair(shared, shared)
    return TokenizerPair(
        Tokenizer.train(lines(0), recipe.tokenizer), Tokenizer.train(lines(1), recipe.tokenizer)
    )


def label_tokenizer(recipe: Recipe, targets: Iterable[str]) -> Tokenizer:
    """The different targets, in the order of the alphabet.

    Raises:
        ConfigError: they are not as many as the recipe says.
    """
    names, wanted = sorted(set(targets)), recipe.model["labels"]
    if len(names) != wanted:
        some = ", ".join(names[:10]) + (" …" if len(names) > 10 else "")
        raise ConfigError(
            f"model.labels = {wanted}, but the training split has {len(names)} labels: {some}"
        )
    return Tokenizer.of_labels(names)


def prepare_task(recipe: Recipe, tokenizers: TokenizerPair) -> Task:
    """What the recipe's model is trained for."""
    config = recipe.model_config(tokenizers.source.size, tokenizers.target.size)
    training = recipe.training
    return task_of(
        config, tokenizers, seed=training.seed, running=recipe.data.running,
        whole_words=training.whole_words,
    )  # fmt: skip


def encode(
    recipe: Recipe, tokenizers: TokenizerPair, pairs: Iterable[tuple[str, str]], folder: Path
) -> tuple[EncodedCorpus, Skipped]:
    """These pairs as tokens in ``folder``: what the recipe's task reads of them."""
    longest, task = recipe.data.max_length, prepare_task(recipe, tokenizers)
    if recipe.data.running:
        if task.sides != ("target",):
            raise ConfigError(
                "data.running = true is for a model that reads one text: model.family must be "
                "decoder-only"
            )
        lines = (target for _, target in pairs)
        return encode_running(lines, tokenizers.target, folder, length=longest), Skipped()
    return encode_corpus(pairs, tokenizers, folder, max_length=longest, sides=task.sides)


def prepare_corpus(
    run: Run, recipe: Recipe, tokenizers: TokenizerPair, split: str, notice: Notice
) -> EncodedCorpus:
    """A split as tokens in the run's ``corpus`` folder; pairs that were skipped are reported."""
    folder = run.path / "corpus" / split
    if folder.is_dir():
        return EncodedCorpus.open(folder)
    pairs = open_data(recipe.data).split(split)
    notice(f"encoding the {split} split")
    corpus, skipped = encode(recipe, tokenizers, pairs, folder)
    for line in skipped.lines():
        notice(f"{split}: {line}")
    if len(corpus) == 0:
        raise DataError(
            f"the {split} split has no usable sentence pair: see `glassformer data report`"
        )
    return corpus


def prepare_model(recipe: Recipe, tokenizers: TokenizerPair, notice: Notice) -> Model:
    """The model, its parameters drawn from the seed or taken from ``init_from``."""
    source, target = tokenizers.source, tokenizers.target
    config = recipe.model_config(source.size, target.size, source.pad_id)
    model = build(config, recipe.training.seed)
    model.randomness.reseed(recipe.training.seed)
    if recipe.init_from:
        weights = start_of(recipe.init_from, notice).weights
        if model.config.labels is not None:
            weights = with_new_head(weights, model)
        check_fit(weights, model, recipe.init_from)
        model.load_state_dict(weights)
    return model


def with_new_head(weights: Mapping[str, Tensor], model: Model) -> Mapping[str, Tensor]:
    """The weights of another model's body, with the model's own head unless theirs fits it."""
    own = {n: t for n, t in model.state_dict().items() if n.startswith(HEAD)}
    theirs = {n: t for n, t in weights.items() if n.startswith(HEAD)}
    if {n: t.shape for n, t in own.items()} == {n: t.shape for n, t in theirs.items()}:
        return weights
    return {n: t for n, t in weights.items() if not n.startswith(HEAD)} | own


def check_fit(weights: Mapping[str, Tensor], model: Model, origin: str) -> None:
    """Raise DataError naming the first parameter that is missing, too many or of another shape."""
    own = model.state_dict()
    for name in sorted(own.keys() | weights.keys()):
        ours, theirs = own.get(name), weights.get(name)
        shapes = [None if t is None else tuple(t.shape) for t in (ours, theirs)]
        if shapes[0] != shapes[1]:
            raise DataError(
                f"{origin} does not fit this recipe's model: {name} is {shapes[1] or 'missing'} "
                f"there and {shapes[0] or 'missing'} here; give the same [model] section"
            )
