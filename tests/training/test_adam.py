"""Adam without the compiler is torch's Adam, and does not bring the compiler in."""

from __future__ import annotations

import subprocess
import sys

import torch

from glassformer.training.adam import Adam

PROGRAM = """
import sys
import torch
from glassformer.training.adam import Adam
weight = torch.nn.Parameter(torch.ones(7))
adam = Adam([weight], fused=True)
weight.sum().backward()
adam.step()
adam.zero_grad()
adam.load_state_dict(adam.state_dict())
sys.exit("torch._dynamo" in sys.modules)
"""


def test_it_steps_and_remembers_as_torchs_does() -> None:
    ends = []
    for made in (Adam, torch.optim.Adam):
        weight = torch.nn.Parameter(torch.linspace(-1, 1, 11))
        adam = made([weight], lr=0.1, betas=(0.9, 0.98), eps=1e-9, fused=True)
        for power in (2, 3, 4):
            (weight**power).sum().backward()
            adam.step()
            adam.zero_grad(set_to_none=True)
            assert weight.grad is None
        other = made([weight])
        other.load_state_dict(adam.state_dict())
        state = other.state_dict()
        assert state["param_groups"][0]["betas"] == (0.9, 0.98)
        ends.append([weight.detach(), *state["state"][0].values()])
    assert all(map(torch.equal, *ends)) and len(ends[0]) == 4


def test_the_compiler_stays_where_it_is() -> None:
    assert subprocess.run([sys.executable, "-c", PROGRAM], check=False).returncode == 0
