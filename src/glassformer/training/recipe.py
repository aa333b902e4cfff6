"""A recipe: all that a training is, in one TOML file (recipes/*.toml are the shipped ones).

File or override -> frozen dataclasses. Each part's class stands beside what it configures; here
they are put together, read, checked and written.
"""

from __future__ import annotations

import json
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field, fields, is_dataclass
from importlib import resources
from pathlib import Path
from typing import Any, TypeVar, get_type_hints

from pydantic import TypeAdapter, ValidationError

from glassformer.data.open import DataConfig
from glassformer.errors import ConfigError, nearest
from glassformer.model.config import ModelConfig
from glassformer.model.presets import preset
from glassformer.text.tokenizer import TokenizerConfig
from glassformer.training.config import TrainingConfig
from glassformer.translation import TranslationConfig

Config = TypeVar("Config")


@dataclass(frozen=True, kw_only=True)
class Recipe:
    """A whole training. ``model`` holds a preset's name and what differs from it; its ``labels``
    are how many different targets there are.

    ``init_from`` is a run directory, or another project's model (``interop.foreign``), whose
    parameters and tokenizer this training starts from.
    """

    name: str
    description: str = ""
    init_from: str | None = None
    data: DataConfig
    tokenizer: TokenizerConfig
    model: dict[str, Any] = field(default_factory=dict)
    training: TrainingConfig
    decoding: TranslationConfig = field(default_factory=TranslationConfig)

    def __post_init__(self) -> None:
        self.model_config(1000, 1000)
        self.training.check()

    def model_config(
        self, source_vocabulary: int, target_vocabulary: int, pad: int = 0
    ) -> ModelConfig:
        """The model's config, now that the tokenizer's sizes are known."""
        changes = dict(self.model)
        name = changes.pop("preset", "base")
        if not isinstance(name, str):
            raise ConfigError(f"model.preset: the name of a preset is expected, not {name!r}")
        given = {"source_vocabulary", "target_vocabulary", "pad"}
        known = {f.name for f in fields(ModelConfig)} - given
        for key in changes:
            if key not in known:
                raise ConfigError(f"unknown key model.{key}.{nearest(key, known | {'preset'})}")
        if not self.tokenizer.shared:
            changes = {"tie": "output"} | changes
        sizes = {"source_vocabulary": source_vocabulary, "target_vocabulary": target_vocabulary}
        if isinstance(changes.get("labels"), int):  # the target's vocabulary are the labels
            read = source_vocabulary if changes.get("image_size") is None else 1
            sizes = {"source_vocabulary": read, "target_vocabulary": read}
            changes |= {"tie": "none", "labels": changes["labels"] + 1}  # label 0 is padding
        whole = asdict(preset(name, target_vocabulary)) | changes | sizes | {"pad": pad}
        return checked(ModelConfig, whole, "model")

    def to_toml(self) -> str:
        """This recipe as TOML, every value written out."""
        lines: list[str] = []
        sections: list[str] = []
        for key, value in asdict(self).items():
            if isinstance(value, dict):
                rows = [f"{k} = {toml_value(v)}" for k, v in value.items() if v is not None]
                sections += ["", f"[{key}]", *rows]
            elif value is not None:
                lines.append(f"{key} = {toml_value(value)}")
        return "\n".join(lines + sections) + "\n"


def toml_value(value: Any) -> str:
    """A string, number, boolean or list of them as TOML."""
    if isinstance(value, str):
        return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")
    if isinstance(value, list | tuple):
        return "[" + ", ".join(toml_value(v) for v in value) + "]"
    return str(value).lower() if isinstance(value, bool) else repr(value)


def shipped() -> dict[str, Path]:
    """The recipes that the package carries: name -> file."""
    folder = Path(str(resources.files("glassformer") / "recipes"))
    return {file.stem: file for file in sorted(folder.glob("*.toml"))}


def load_recipe(name: str, overrides: Iterable[str] = ()) -> Recipe:
    """A shipped recipe by name, or a TOML file, with ``key=value`` overrides.

    Raises:
        ConfigError: no such recipe, no valid TOML, an unknown key, a value of the wrong kind.
    """
    path = Path(name)
    if path.is_dir() and (path / "recipe.toml").is_file():
        path = path / "recipe.toml"
    if not path.is_file():
        if name not in shipped():
            raise ConfigError(
                f"there is no recipe {name!r}: give the name of a shipped one or a TOML file."
                f"{nearest(name, shipped())}"
            )
        path = shipped()[name]
    try:
        text = path.read_bytes().decode("utf-8")
        return parse_recipe(text, overrides, default_name=path.stem)
    except (ConfigError, UnicodeDecodeError, OSError) as error:
        raise ConfigError(f"{path}: {error}") from error


def parse_recipe(text: str, overrides: Iterable[str] = (), default_name: str = "recipe") -> Recipe:
    """A recipe from the text of a TOML file."""
    try:
        content = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise ConfigError(f"not valid TOML: {error}") from error
    for override in overrides:
        apply_override(content, override)
    return checked(Recipe, {"name": default_name} | content, "")


def apply_override(content: dict[str, Any], override: str) -> None:
    """Put ``section.key=value`` in its place; the value is TOML, or else a plain string."""
    key, equals, written = override.partition("=")
    if not equals or not key:
        raise ConfigError(f"{override!r} is no override: write section.key=value")
    try:
        value = tomllib.loads(f"value = {written}")["value"]
    except tomllib.TOMLDecodeError:
        value = written
    *sections, last = key.split(".")
    for section in sections:
        content = content.setdefault(section, {})
        if not isinstance(content, dict):
            raise ConfigError(f"{override!r}: {section!r} is a value, not a section")
    content[last] = value


def checked(kind: type[Config], content: Mapping[str, Any], where: str) -> Config:
    """The dataclass ``kind`` from plain values; errors name the key and what was expected."""
    refuse_unknown(kind, content, where)
    try:
        return TypeAdapter(kind).validate_python(dict(content))
    except ValidationError as error:
        first = error.errors()[0]
        key = ".".join(str(part) for part in (where, *first["loc"]) if part)
        cause = first.get("ctx", {}).get("error")
        if isinstance(cause, ConfigError):
            raise cause from None
        came = "" if first["type"] == "missing" else f", not {first['input']!r}"
        raise ConfigError(f"{key}: {first['msg'].lower()}{came}") from None


def refuse_unknown(kind: type, content: Mapping[str, Any], where: str) -> None:
    """Raise ConfigError, with the nearest known name, for a key that the dataclass has not."""
    hints = get_type_hints(kind)
    for key, value in content.items():
        path = f"{where}.{key}" if where else key
        if key not in hints:
            raise ConfigError(f"unknown key {path}.{nearest(key, hints)}")
        if is_dataclass(hints[key]):
            if not isinstance(value, Mapping):
                raise ConfigError(f"{path} is a section, not the value {value!r}")
            refuse_unknown(hints[key], value, path)
