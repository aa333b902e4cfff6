"""Mistakes as learners make them, in their own words and ways: each is named rightly."""

from __future__ import annotations

import re

import pytest

from glassformer.learn.course import named
from glassformer.learn.judge import judge
from glassformer.learn.program import Program
from glassformer.learn.writing import written

TOKENS = """
def encode(text, vocabulary):
    out = []
    for word in text.split():
        if word in vocabulary:
            out.append(vocabulary[word])
    out.append(END)
    return out
"""
PADDING = """
def pad_rows(rows):
    width = max(map(len, rows))
    return torch.stack([torch.tensor((width - len(r)) * [0] + r) for r in rows])
"""
SCALE = """
class Embedding(nn.Module):
    def __init__(self, vocabulary, d_model):
        super().__init__()
        self.tokens = nn.Embedding(vocabulary, d_model)
        self.scale = d_model ** -0.5

    def forward(self, tokens):
        return self.tokens(tokens) * self.scale
"""
WAVES = """
def sinusoids(length, d_model):
    import math
    table = torch.zeros(length, d_model)
    for pos in range(length):
        for i in range(0, d_model, 2):
            angle = {angle}
            table[pos, i] = math.{even}(angle)
            table[pos, i + 1] = math.{odd}(angle)
    return table
"""
HALVES = """
def sinusoids(length, d_model):
    rate = torch.exp(-torch.arange(0, d_model, 2) / d_model * 9.210340371976184)
    angle = torch.outer(torch.arange(length).float(), rate)
    return torch.hstack([torch.sin(angle), torch.cos(angle)])
"""
ATTEND = """
def attend(query, key, value, mask=None):
    import torch.nn.functional as F
    s = torch.einsum("bhqd,bhkd->bhqk", query, key){scale}
    if mask is not None:
        s = {hide}
    w = F.softmax(s, dim={dim})
    return torch.einsum("bhqk,bhkd->bhqd", w, value)
"""
GOOD = {"scale": " / query.shape[-1] ** 0.5", "hide": "torch.where(mask, s, -1e9)", "dim": -1}
TRIANGLE = """
def causal_mask(length):
    return torch.triu(torch.ones(length, length), diagonal={diagonal}){end}
"""
PADS = """
def padding_mask(tokens, pad):
    return torch.where(tokens == pad, True, False).unsqueeze(1).unsqueeze(2)
"""
VIEWS = """
class Mine(MultiHeadAttention):
    def split(self, x):
        b, t, d = x.shape
        return x.view(b, self.heads, t, d // self.heads)
MultiHeadAttention = Mine
"""
JOINS = """
class Mine(MultiHeadAttention):
    def forward(self, x, memory, mask=None):
        q, k, v = self.query_matrix(x), self.key_matrix(memory), self.value_matrix(memory)
        o = attend(self.split(q), self.split(k), self.split(v), mask)
        return {result}
MultiHeadAttention = Mine
"""
GELU = """
class FeedForward(FeedForward):
    def forward(self, x):
        return self.down(nn.functional.gelu(self.up(x)))
"""
BIAS = """
class FeedForward(FeedForward):
    def forward(self, x):
        h = torch.clamp(torch.einsum("btd,fd->btf", x, self.up.weight), min=0)
        return self.down(h)
"""
NORM = """
class LayerNorm(LayerNorm):
    def forward(self, x):
        centred = x - x.mean(dim=-1, keepdim=True)
        return self.weight * centred / {deviation} + self.bias
"""
POST = """
class PostNorm(PostNorm):
    def forward(self, x, sublayer):
        {body}
"""
LAYER = """
class EncoderLayer(EncoderLayer):
    def forward(self, x, mask):
        a = self.after_self(x, lambda y: self.self_attention(y, y{mask}))
        return self.after_feedforward(a, lambda y: self.feedforward(y))
"""
SHARED = """
class Encoder(nn.ModuleList):
    def __init__(self, n_layers, *sizes):
        one = EncoderLayer(*sizes)
        super().__init__([one for _ in range(n_layers)])
    def forward(self, x, mask):
        for layer in self:
            x = layer(x, mask)
        return x
"""
CROSS = """
class DecoderLayer(DecoderLayer):
    def forward(self, x, mask, memory, memory_mask):
        x = self.after_self(x, lambda t: self.self_attention(t, t, {own}))
        x = self.after_cross(x, lambda t: self.cross_attention({asked}, memory_mask))
        return self.after_feedforward(x, self.feedforward)
"""
SMOOTH = """
def smoothed_cross_entropy(logits, targets, smoothing):
    p = torch.softmax(logits, dim=-1).log()
    q = torch.full_like(p, smoothing / (p.size(-1) - 1))
    q.scatter_(1, targets.unsqueeze(1), 1 - smoothing)
    return -(q * p).sum(1)
"""
PADDED = """
def mean_loss(logits, targets, smoothing, pad):
    flat = smoothed_cross_entropy(logits.reshape(-1, logits.size(-1)), targets.reshape(-1), smoothing)
    return (flat * (targets.reshape(-1) != pad)).mean()
"""
SENTENCES = """
def mean_loss(logits, targets, smoothing, pad):
    each = []
    for scores, wanted in zip(logits, targets):
        real = wanted != pad
        each.append(smoothed_cross_entropy(scores[real], wanted[real], smoothing).mean())
    return torch.stack(each).mean()
"""
RATE = """
def learning_rate(step, d_model, warmup):
    import math
    return 1 / math.sqrt(d_model) * max(1 / math.sqrt(step), step / warmup ** 1.5)
"""
GREEDY = """
def greedy(next_logits, begin, end, longest):
    out = torch.tensor([[begin]])
    while out.size(1) <= longest and out[0, -1] != end:
        out = torch.cat([out, next_logits(out).argmax(-1, keepdim=True)], 1)
    return out[0, 1:].tolist()
"""
PENALTY = """
def length_penalty(length, alpha):
    return ((length + 5) ** alpha) / 6
"""

MISTAKES = [
    ("tokens", TOKENS, "not known is left out"),
    ("tokens", PADDING, "padding stands on the left"),
    ("embedding", SCALE, "divided by √d_model, not multiplied"),
    ("embedding", "def logits(hidden, embedding):\n    return torch.log_softmax(hidden @ embedding.tokens.weight.t(), 2)", "log-probabilities already"),
    ("positions", WAVES.format(angle="pos / 10000 ** (i / d_model)", even="cos", odd="sin"), "sine and cosine are in each other's place"),
    ("positions", WAVES.format(angle="(pos + 1) / 10000 ** (i / d_model)", even="sin", odd="cos"), "counted from 1, one off"),
    ("positions", WAVES.format(angle="pos / 10000 ** (2 * i / d_model)", even="sin", odd="cos"), "twice what they should be"),
    ("positions", HALVES, "all sines come first"),
    ("attention", ATTEND.format(**GOOD | {"scale": ""}), "not divided by √d_k"),
    ("attention", ATTEND.format(**GOOD | {"scale": " / query.shape[-1]"}), "by d_k, not by its root"),
    ("attention", ATTEND.format(**GOOD | {"scale": " * query.shape[-1] ** 0.5"}), "multiplied by √d_k"),
    ("attention", ATTEND.format(**GOOD | {"dim": 2}), "softmax runs along the queries"),
    ("attention", ATTEND.format(**GOOD | {"dim": 1}), "softmax runs along the heads"),
    ("attention", ATTEND.format(**GOOD | {"hide": "torch.where(mask, -1e9, s)"}), "mask is the wrong way round"),
    ("attention", ATTEND.format(**GOOD | {"hide": "s * mask"}), "hidden scores are set to 0"),
    ("attention", ATTEND.format(**GOOD | {"hide": "s.masked_fill(mask == 0, 1e-9)"}), "hidden scores are set to 0"),
    ("attention", ATTEND.format(**GOOD).replace('torch.einsum("bhqd,bhkd->bhqk", query, key)', "query @ key.T"), "key.T turns all four axes round"),
    ("attention", ATTEND.format(**GOOD).replace("if mask is not None", "if mask"), "`if mask` asks for one True or False"),
    ("masks", TRIANGLE.format(diagonal=1, end=".bool()"), "wrong triangle"),
    ("masks", TRIANGLE.format(diagonal=0, end=" == 0"), "diagonal is missing"),
    ("masks", PADS, "padding mask is the wrong way round"),
    ("heads", VIEWS, "without moving them"),
    ("heads", JOINS.format(result="self.output_matrix(o.reshape(x.shape))"), "joined without being brought back"),
    ("heads", JOINS.format(result="o.transpose(1, 2).reshape(x.shape)"), "W.O is missing"),
    ("heads", JOINS.format(result="self.output_matrix(o.transpose(1, 2).flatten(2))").replace("memory)", "x)"), "keys and values are made of x"),
    ("feedforward", GELU, "GELU"),
    ("feedforward", BIAS, "b₁ is forgotten"),
    ("residual", NORM.format(deviation="(x.std(-1, keepdim=True, correction=0) + self.epsilon)"), "after the root"),
    ("residual", NORM.format(deviation="torch.sqrt(x.var(-1, keepdim=True) + self.epsilon)"), "divided by d_model − 1"),
    ("residual", NORM.format(deviation="torch.sqrt(centred.square().mean(-1, keepdim=True) + 1e-5)"), "ε is 10⁻⁵"),
    ("residual", POST.format(body="return self.norm(x) + sublayer(x)"), "PostNorm: x is normalised before it is added"),
    ("residual", POST.format(body="return x + sublayer(self.norm(x))"), "that is PreNorm"),
    ("residual", POST.format(body="y = sublayer(x)\n        return self.norm(y)"), "no residual connection"),
    ("encoder", LAYER.format(mask=""), "mask is not passed on"),
    ("encoder", SHARED, "one and the same"),
    ("decoder", CROSS.format(own="mask", asked="t, t"), "looks at x again"),
    ("decoder", CROSS.format(own="None", asked="t, memory"), "causal mask is not passed on"),
    ("decoder", CROSS.format(own="mask", asked="memory, t"), "the memory asks"),
    ("loss", SMOOTH, "reference implementation's way"),
    ("loss", PADDED, "divided by the number of all places"),
    ("loss", SENTENCES, "mean of the sentences' means"),
    ("loss", RATE, "larger of the two"),
    ("search", GREEDY, "end token stands in the result"),
    ("search", PENALTY, "length_penalty: the|it gives"),
]  # fmt: skip


@pytest.mark.parametrize(("lesson", "code", "says"), MISTAKES)
def test_a_learners_mistake_is_named(lesson: str, code: str, says: str) -> None:
    one = named(lesson)
    program = Program({"mine.py": f"{written(one)}\nimport torch\nfrom torch import nn\n{code}"})
    found = judge(one, vars(program.run("mine")), program)
    assert not found.passed and re.search(says, " ".join(found.wrong)), found.text()


def test_what_is_right_in_another_way_is_right() -> None:
    attention, norm = named("attention"), named("residual")
    for lesson, code in (
        (attention, ATTEND.format(**GOOD)),
        (norm, NORM.format(deviation="torch.sqrt(x.var(-1, keepdim=True, correction=0) + 1e-6)")),
        (named("positions"), WAVES.format(angle="pos / 10000 ** (i / d_model)", even="sin", odd="cos")),
    ):  # fmt: skip
        program = Program({"mine.py": f"{written(lesson)}\n{code}"})
        found = judge(lesson, vars(program.run("mine")), program)
        assert found.passed, found.text()
