"""A model of ours as a folder of weights: in our names, or in those of ``transformers``.

Either comes back by ``gf.load``, and the latter by the class of ``transformers`` that its
``config.json`` names, with the tokenizer where it came with one.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from safetensors.torch import save_file

from glassformer.errors import ConfigError, ForeignError
from glassformer.interop.foreign import FORMATS
from glassformer.interop.format import Format
from glassformer.interop.mapping import give
from glassformer.interop.own import OWN
from glassformer.interop.vit import VIT
from glassformer.model.config import ModelConfig
from glassformer.model.transformer import Model
from glassformer.runs.files import write_text, written_beside
from glassformer.text.tokenizer import TokenizerPair

WEIGHTS = "model.safetensors"
OTHER_FAMILY = "its family is"  # of ``settings.require``, which goes without saying


def check_folder(folder: Path, mark: str) -> None:
    """Raise ConfigError for a place where something is that no export made: one has this file."""
    if folder.exists() and not (folder.is_dir() and (folder / mark).is_file()):
        raise ConfigError(
            f"{folder} is there and is no exported model, which alone would be replaced: "
            "give another place with -o"
        )


def export_own(model: Model, tokenizers: TokenizerPair, folder: Path) -> None:
    """Write the weights in our names, the config and the tokenizers; an earlier one is replaced.

    Raises:
        ConfigError: something else is in that place.
        RunError: the disk is full or forbidden.
    """
    write(model, tokenizers, folder, OWN)


def export_transformers(model: Model, tokenizers: TokenizerPair, folder: Path) -> None:
    """Write the model as ``transformers`` keeps it; an earlier one is replaced.

    Raises:
        ForeignError: no class there can be this model; which came nearest, and why not.
        ConfigError: something else is in that place.
        RunError: the disk is full or forbidden.
    """
    write(model, tokenizers, folder, class_for(model.config))


def class_for(config: ModelConfig) -> Format:
    """The format of ``transformers`` that can be this model.

    Raises:
        ForeignError: there is none.
    """
    reasons = []
    for known in FORMATS:
        if known.settings is None or known is OWN:
            continue
        try:
            known.settings(config)
        except ForeignError as error:
            reasons += [str(error)] if OTHER_FAMILY not in str(error) else []
        else:
            return known
    raise ForeignError(
        "no class of transformers that is known here can be this model. "
        + (". ".join(reasons) or f"They have no family {config.family!r}")
    )


def write(model: Model, tokenizers: TokenizerPair, folder: Path, kind: Format) -> None:
    """Write a folder: config, weights, tokenizers."""
    assert kind.settings is not None
    check_folder(folder, WEIGHTS)
    said = kind.settings(model.config)
    with written_beside(folder) as beside:
        if kind is OWN:
            tokenizers.save(beside)
        else:
            said |= special_ids(tokenizers, model.config) | label_names(tokenizers, model.config)
            save_tokenizers(tokenizers, beside, model.config)
            if model.config.family != "encoder-only":
                keep(beside / "generation_config.json", generation(said, model.config))
        if kind is VIT:
            keep(beside / "preprocessor_config.json", preprocessor(model.config))
        keep(beside / "config.json", said)
        save_file(give(kind.table(model.config, {}), model), beside / WEIGHTS, {"format": "pt"})


def keep(file: Path, content: dict[str, Any]) -> None:
    """Write JSON that a person can read."""
    write_text(file, json.dumps(content, indent=2, ensure_ascii=False) + "\n")


def label_names(tokenizers: TokenizerPair, config: ModelConfig) -> dict[str, Any]:
    """What each label is called, where that is known."""
    if config.labels is None or config.labels != tokenizers.target.size:
        return {}
    names = tokenizers.target.pieces(range(config.labels))
    return {"id2label": dict(enumerate(names)), "label2id": {n: i for i, n in enumerate(names)}}


def special_ids(tokenizers: TokenizerPair, config: ModelConfig) -> dict[str, Any]:
    """The special ids under their names; of a decoder that begins with padding, no beginning."""
    tokenizer = tokenizers.target if config.labels is None else tokenizers.source
    first = None if config.family == "encoder-decoder" else tokenizer.bos_id
    ids = {"pad_token_id": config.pad, "bos_token_id": first, "eos_token_id": tokenizer.eos_id}
    return {name: index for name, index in ids.items() if config.image_size is None}


def generation(said: dict[str, Any], config: ModelConfig) -> dict[str, Any]:
    """The ``generation_config.json``: as here, an encoder-decoder never says padding."""
    kept = {key: said[key] for key in ("pad_token_id", "bos_token_id", "eos_token_id")}
    if config.family != "encoder-decoder":
        return kept
    return kept | {
        "decoder_start_token_id": config.pad,
        "bad_words_ids": [[config.pad]],
        "max_length": config.max_length,
    }


def preprocessor(config: ModelConfig) -> dict[str, Any]:
    """The ``preprocessor_config.json``: pixels from 0 to 1, as here."""
    return {
        "image_processor_type": "ViTImageProcessor",
        "do_resize": True,
        "size": {"height": config.image_size, "width": config.image_size},
        "do_rescale": True,
        "rescale_factor": 1 / 255,
        "do_normalize": False,
    }


def save_tokenizers(tokenizers: TokenizerPair, folder: Path, config: ModelConfig) -> None:
    """Write the tokenizers in the files that they came in; those of our own kinds in ours.

    Labels stand in the config, and pixels are numbers: neither has a file.
    """
    if config.image_size is not None:
        return
    sides = {"source": tokenizers.source, "target": tokenizers.target}
    if config.labels is not None:
        del sides["target"]
    if not all(tokenizer.export(folder, side) for side, tokenizer in sides.items()):
        tokenizers.save(folder)
