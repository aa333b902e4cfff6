"""Choosing tokens: all that is known of a model is a function from a token to the next logits."""

from glassformer.decoding.beam import beam_search
from glassformer.decoding.force import force
from glassformer.decoding.greedy import greedy
from glassformer.decoding.hypothesis import Hypothesis, State, StepFunction
from glassformer.decoding.penalties import length_penalty
from glassformer.decoding.sample import Narrowing, sample
from glassformer.decoding.stages import Stages, stages
from glassformer.decoding.tree import Node, Tree

__all__ = [
    "Hypothesis",
    "Narrowing",
    "Node",
    "State",
    "Stages",
    "StepFunction",
    "Tree",
    "beam_search",
    "force",
    "greedy",
    "length_penalty",
    "sample",
    "stages",
]
