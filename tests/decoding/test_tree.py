from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from glassformer.decoding import Tree, beam_search, length_penalty

START, END = 0, 1


def searched(toy, *, beam, alpha, longest=7, prefix=()):
    tree = Tree(END, alpha)
    options = {
        "rows": 1, "bos_id": START, "eos_id": END, "max_lengths": [longest], "beam": beam,
        "alpha": alpha, "n_best": beam, "prefix": prefix,
    }  # fmt: skip
    (found,) = beam_search(toy.step, toy.start([0]), watch=tree.grow, **options)
    (plain,) = beam_search(toy.step, toy.start([0]), **options)
    assert found == plain
    return tree, found


def path(tree, node):
    tokens = []
    while node is not None:
        tokens.insert(0, node.token)
        node = None if node.parent is None else tree.nodes[node.parent]
    return tokens


@settings(max_examples=60, deadline=None)
@given(
    st.integers(0, 9999), st.sampled_from([3, 5, 23]), st.integers(1, 5),
    st.sampled_from([0.6, 0.0, -0.7]),
)  # fmt: skip
def test_every_hypothesis_of_the_search_is_in_the_tree(toy, seed, vocabulary, beam, alpha):
    made = toy(seed, 1, vocabulary)
    tree, found = searched(made, beam=beam, alpha=alpha)
    for hypothesis in found:
        node = tree.find(hypothesis)
        assert node.total == hypothesis.log_probability
        assert node.score == hypothesis.score
        assert node.state == ("finished" if hypothesis.finished else "alive")
    for node in tree.nodes:
        tokens = path(tree, node)
        assert node.step == len(tokens)
        assert node.log_probability == pytest.approx(made.next(0, tokens[:-1])[node.token])
        assert node.penalty == length_penalty(node.step, alpha)
        assert node.score == pytest.approx(node.total / node.penalty)
    ends = {node.id for node in tree.nodes if node.state != "alive"}
    assert not any(node.parent in ends for node in tree.nodes)


def test_at_each_step_the_best_2k_are_considered_and_k_live(toy):
    made = toy(11, 1, 23)
    tree, _ = searched(made, beam=3, alpha=0.6)
    steps = max(node.step for node in tree.nodes)
    for step in range(1, steps + 1):
        here = [node for node in tree.nodes if node.step == step]
        assert len(here) == 6
        assert sum(node.state == "alive" for node in here) == 3
        assert [n.total for n in here] == sorted((n.total for n in here), reverse=True)
        living = [n.total for n in here if n.state == "alive"]
        assert min(living) >= max((n.total for n in here if n.state == "pruned"), default=-1e9)


def test_a_pruned_branch_is_opened_by_its_tokens(toy):
    made = toy(11, 1, 23)
    tree, _ = searched(made, beam=3, alpha=0.6)
    pruned = [n for n in tree.nodes if n.state == "pruned" and n.step == 2]
    prefix = path(tree, pruned[0])
    again, found = searched(made, beam=3, alpha=0.6, prefix=prefix)
    assert path(again, again.find(found[0]))[: len(prefix)] == prefix
    assert again.nodes[0].token == prefix[0]
    assert again.nodes[1].total == pytest.approx(pruned[0].total)
    assert len([n for n in again.nodes if n.step == 1]) == 1
    assert len([n for n in again.nodes if n.step == 3]) == 6
