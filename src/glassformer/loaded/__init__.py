"""What ``gf.load`` returns: a model, its tokenizers and its run, with the verbs of a user."""

from glassformer.loaded.base import LoadedModel
from glassformer.loaded.check import check
from glassformer.loaded.classifier import Classifier
from glassformer.loaded.compare import compare
from glassformer.loaded.families import as_translator, load, wrap
from glassformer.loaded.predictor import Predictor
from glassformer.loaded.reader import Reader
from glassformer.loaded.training import Training
from glassformer.loaded.translator import Translator

__all__ = [
    "Classifier",
    "LoadedModel",
    "Predictor",
    "Reader",
    "Training",
    "Translator",
    "as_translator",
    "check",
    "compare",
    "load",
    "wrap",
]
