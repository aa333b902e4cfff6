"""One model's weights in every engine that translates: for comparisons of decoding.

The weights are random, but that only words are ever said: no end token, so that everyone writes as
many tokens as are allowed and what is timed is the same work.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import ExitStack, contextmanager
from itertools import islice, product
from multiprocessing import get_context
from pathlib import Path
from typing import Any

import torch
from peers import Marian, Sizes
from torch import Tensor, nn

import glassformer as gf
from glassformer.errors import ConfigError
from glassformer.interop.ctranslate2 import names
from glassformer.model.config import ModelConfig
from glassformer.model.transformer import EncoderDecoder, build
from glassformer.runs.run import Run
from glassformer.text.tokenizer import Tokenizer, TokenizerConfig, TokenizerPair
from glassformer.text.training import minimum_size
from glassformer.training.recipe import load_recipe

EXTRA = 5  # tokens that a translation may be longer than its source
Translate = Callable[[list[str], int], list[list[int]]]  # sentences and a beam -> tokens of each


def words(count: int) -> list[str]:
    """So many different words."""
    syllables = ["".join(pair) for pair in product("bdfgklmnprst", "aeiou")]
    return ["".join(parts) for parts in islice(product(syllables, repeat=3), count)]


def tokenizers(vocabulary: int) -> TokenizerPair:
    """One tokenizer with exactly so many entries, a word each."""
    config = TokenizerConfig(kind="word", size=vocabulary)
    shared = Tokenizer.train(words(vocabulary), config)
    assert shared.size == vocabulary, shared.size
    return TokenizerPair(shared, shared)


def sentences(count: int, length: int) -> list[str]:
    """Different sentences of so many words."""
    said = iter(words(count * length))
    return [" ".join(next(said) for _ in range(length)) for _ in range(count)]


def made(sizes: Sizes, folder: Path) -> Run:
    """A run directory with such a model, which never ends before it has to."""
    pair = tokenizers(sizes.vocabulary)
    config = ModelConfig(
        source_vocabulary=sizes.vocabulary, target_vocabulary=sizes.vocabulary,
        pad=pair.source.pad_id, d_model=sizes.d_model, d_ff=sizes.d_ff, n_heads=sizes.n_heads,
        n_layers=sizes.n_layers,
    )  # fmt: skip
    model = build(config, seed=7)
    assert isinstance(model, EncoderDecoder)
    say_words_only(model, pair)
    recipe = load_recipe("petit", [f"decoding.extra_length={EXTRA}", "data.max_length=1000"])
    run = Run.create(folder, recipe=recipe.to_toml())
    run.save_tokenizers(pair)
    run.save_config(config)
    run.save_model(model.state_dict())
    return run


def say_words_only(model: EncoderDecoder, pair: TokenizerPair) -> None:
    """Move the last hidden states along one feature, which the rows of what is no word reject."""
    others = minimum_size("word")  # names, bytes and the space: the first ids
    assert pair.target.encode(words(1)[0]) >= [others]
    with torch.no_grad():
        list(model.decoder)[-1].after_feedforward.norm.bias[0] = 20.0
        model.output_matrix[:, 0] = 0.0
        model.output_matrix[:others] = 0.0
        model.output_matrix[:others, 0] = -1.0


def ours(run: Run, dtype: str) -> Translate:
    """``gf.load`` and its translations, from text to text, as ``glassformer translate`` has them.

    Raises:
        ConfigError: it has not this dtype here.
    """
    model = gf.load(run.path, device="cpu", dtype=dtype).pack()

    def decode(lines: list[str], beam: int) -> list[list[int]]:
        found = model.translations(lines, beam=beam, alpha=0.0)
        return model.tokenizers.target.encode_batch([best[0].text for best in found])

    return decode


def ctranslate2(run: Run, dtype: str) -> Translate:
    """CTranslate2 on as many threads as torch, given the tokens."""
    engine = gf.load(run.path, device="cpu", dtype=dtype, engine="ctranslate2").engine
    assert engine is not None
    source = run.tokenizers.source
    said = names(source)

    def decode(lines: list[str], beam: int) -> list[list[int]]:
        tokens = [[said[i] for i in ids] for ids in source.encode_batch(lines)]
        found = engine.engine.translate_batch(
            tokens, beam_size=beam, max_decoding_length=len(tokens[0]) + EXTRA
        )
        return [engine.read(result.hypotheses)[0] for result in found]

    return decode


def huggingface(run: Run, dtype: str) -> Translate:
    """``generate`` of MarianMTModel with our weights."""
    plain = gf.load(run.path, device="cpu").model
    assert isinstance(plain, EncoderDecoder)
    pair = run.tokenizers
    model = as_marian(plain).to(torch.bfloat16 if dtype == "bf16" else torch.float32)

    @torch.inference_mode()
    def decode(lines: list[str], beam: int) -> list[list[int]]:
        rows = [[*ids, pair.source.eos_id] for ids in pair.source.encode_batch(lines)]
        source = torch.tensor(rows)
        found = model.generate(
            source, attention_mask=torch.ones_like(source), num_beams=beam, do_sample=False,
            max_new_tokens=source.size(1) - 1 + EXTRA, use_cache=True,
        )  # fmt: skip
        return found[:, 1:].tolist()

    return decode


def as_marian(model: EncoderDecoder) -> Any:
    """MarianMTModel with the weights of ours, in evaluation mode."""
    config = model.config
    sizes = Sizes(
        config.d_model, config.d_ff, config.n_heads, config.n_layers, config.target_vocabulary,
        config.pad,
    )  # fmt: skip
    body = Marian(sizes, tuned=True).body.eval()
    sides = (
        (body.model.encoder, model.source_embedding, model.encoder),
        (body.model.decoder, model.target_embedding, model.decoder),
    )
    with torch.no_grad():
        for part in body.modules():
            if isinstance(part, nn.LayerNorm):
                part.eps = config.epsilon
        body.lm_head.weight.copy_(model.output_matrix)
        for theirs, embedding, stack in sides:
            theirs.embed_tokens.weight.copy_(embedding.tokens.weight)
            places = theirs.embed_positions.weight
            places.copy_(embedding.positions(0, places.size(0)))
            for layer, own in zip(theirs.layers, stack, strict=True):
                copy_attention(layer.self_attn, own.self_attention)
                copy_linear(layer.self_attn_layer_norm, own.after_self.norm)
                if hasattr(layer, "encoder_attn"):
                    copy_attention(layer.encoder_attn, own.cross_attention)
                    copy_linear(layer.encoder_attn_layer_norm, own.after_cross.norm)
                copy_linear(layer.fc1, own.feedforward.up)
                copy_linear(layer.fc2, own.feedforward.down)
                copy_linear(layer.final_layer_norm, own.after_feedforward.norm)
    return body


def copy_attention(theirs: Any, ours: Any) -> None:
    """The four projections."""
    for name, matrix in (
        ("q_proj", ours.query_matrix), ("k_proj", ours.key_matrix),
        ("v_proj", ours.value_matrix), ("out_proj", ours.output_matrix),
    ):  # fmt: skip
        copy_linear(getattr(theirs, name), matrix)


def copy_linear(theirs: Any, ours: Any) -> None:
    """Weight and bias, which is zero where ours has none."""
    theirs.weight.copy_(ours.weight)
    bias: Tensor | None = ours.bias
    theirs.bias.copy_(torch.zeros_like(theirs.bias) if bias is None else bias)


ENGINES: dict[str, tuple[Callable[[Run, str], Translate], tuple[str, ...]]] = {
    "Glassformer": (ours, ("fp32", "bf16", "int8")),
    "CTranslate2": (ctranslate2, ("fp32", "int8")),
    "HuggingFace Marian": (huggingface, ("fp32", "bf16")),
}


class Apart:
    """An engine in a process of its own.

    Two that thread by OpenMP in one process count each other's threads, find more than there are
    cores, and wait by sleeping: ours took 1.4 times as long beside CTranslate2 as alone.
    """

    def __init__(self, who: str, dtype: str, run: Run):
        self.pool = ProcessPoolExecutor(1, mp_context=get_context("spawn"))
        try:
            self.pool.submit(prepare, who, dtype, run.path).result()
        except BaseException:
            self.pool.shutdown()
            raise

    def __call__(self, lines: list[str], beam: int) -> list[list[int]]:
        """The tokens of each translation."""
        return self.pool.submit(translate, lines, beam).result()


def prepare(who: str, dtype: str, run: Path) -> None:
    """In an engine's process: make it."""
    MADE.append(ENGINES[who][0](Run(run), dtype))


def translate(lines: list[str], beam: int) -> list[list[int]]:
    """In an engine's process: translate."""
    return MADE[0](lines, beam)


MADE: list[Translate] = []  # the engine of this process


@contextmanager
def engines(run: Run) -> Iterator[tuple[dict[tuple[str, str], Translate], dict[str, str]]]:
    """Every engine in every number format that it has here; and why others are missing."""
    found: dict[tuple[str, str], Translate] = {}
    missing: dict[str, str] = {}
    with ExitStack() as opened:
        for who, (_, dtypes) in ENGINES.items():
            for dtype in dtypes:
                try:
                    engine = Apart(who, dtype, run)
                except ConfigError as error:
                    missing[f"{who}, {dtype}"] = str(error)
                    continue
                opened.callback(engine.pool.shutdown)
                found[who, dtype] = engine
        yield found, missing
