"""Adam (§5.3) as torch has it, without torch's compiler.

Its methods are wrapped only to be left alone by the compiler, and import it at the first call: a
second and 70 MB before the first update, where mostly nothing is compiled.
"""

from __future__ import annotations

from inspect import unwrap

import torch


class Adam(torch.optim.Adam):
    """The same, its methods unwrapped."""

    add_param_group = unwrap(torch.optim.Adam.add_param_group)
    zero_grad = unwrap(torch.optim.Adam.zero_grad)
    state_dict = unwrap(torch.optim.Adam.state_dict)
    load_state_dict = unwrap(torch.optim.Adam.load_state_dict)
    step = torch.no_grad()(unwrap(torch.optim.Adam.step))
