"""Two processes on the CPU, started as torchrun starts them, against one."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import torch
from safetensors.torch import load_file

from glassformer.data.batching import collate
from glassformer.data.corpus import EncodedCorpus
from glassformer.local import free_port
from glassformer.text.tokenizer import TokenizerPair
from glassformer.training.objectives import translation_objective
from glassformer.training.step import accumulate

WORKER = """
import sys
from pathlib import Path
import numpy as np
import torch
from safetensors.torch import save_file
from glassformer.data.batching import collate
from glassformer.data.corpus import EncodedCorpus
from glassformer.local import free_port
from glassformer.model import ModelConfig, build
from glassformer.text.tokenizer import TokenizerPair
from glassformer.training.distributed import joined_world
from glassformer.training.objectives import translation_objective
from glassformer.training.step import accumulate, update

torch.set_num_threads(1)
folder = Path(sys.argv[1])
tokenizers, corpus = TokenizerPair.load(folder), EncodedCorpus.open(folder / "corpus")
size = tokenizers.source.size
config = ModelConfig(source_vocabulary=size, target_vocabulary=size, d_model=14, d_ff=23,
                     n_heads=2, n_layers=2)
model = build(config, seed=3).eval()
with joined_world(torch.device("cpu")) as world:
    batches = [collate(corpus, rows, tokenizers) for rows in
               (np.arange(0, 3), np.arange(3, 4), np.arange(4, 11))][: int(sys.argv[2])]
    tokens = sum(batch.target_tokens for batch in batches)
    mine = batches[world.rank :: world.size]
    loss = accumulate(model, mine, tokens, translation_objective(0, 0.1), torch.float32)

    class Keep(torch.optim.SGD):
        def step(self):
            save_file({name: p.grad for name, p in model.named_parameters()},
                      folder / f"gradient-{world.rank}.safetensors")

    result = update(model, Keep(model.parameters(), lr=0.0), loss, tokens, world=world)
    assert world.size == 2
    assert world.any(world.rank == 1)
    assert not world.any(False)
    (folder / f"loss-{world.rank}").write_text(repr(result.loss))
"""


def run_two(folder: Path, count: int) -> None:
    script = folder / "worker.py"
    script.write_text(WORKER, encoding="utf-8")
    shared = {"WORLD_SIZE": "2", "MASTER_ADDR": "127.0.0.1", "MASTER_PORT": str(free_port())}
    started = [
        subprocess.Popen(
            [sys.executable, str(script), str(folder), str(count)],
            env=os.environ | shared | {"RANK": str(rank), "LOCAL_RANK": str(rank)},
        )
        for rank in range(2)
    ]
    assert [process.wait(120) for process in started] == [0, 0]


def test_two_processes_give_the_gradient_of_one(
    tmp_path: Path, corpus: EncodedCorpus, tokenizers: TokenizerPair
) -> None:
    tokenizers.save(tmp_path)
    rows = [(corpus.source(i).tolist(), corpus.target(i).tolist()) for i in range(11)]
    EncodedCorpus.build(tmp_path / "corpus", rows)
    for count in (3, 1):  # uneven shares; and a process that has none
        run_two(tmp_path, count)
        expected, loss = gradient_of_one(corpus, tokenizers, count)
        for rank in range(2):
            found = load_file(tmp_path / f"gradient-{rank}.safetensors")
            for name, gradient in expected.items():
                assert torch.allclose(found[name], gradient, atol=1e-6), name
            assert abs(float((tmp_path / f"loss-{rank}").read_text()) - loss) < 1e-6


def gradient_of_one(
    corpus: EncodedCorpus, tokenizers: TokenizerPair, count: int
) -> tuple[dict[str, torch.Tensor], float]:
    from glassformer.model import ModelConfig, build

    size = tokenizers.source.size
    config = ModelConfig(
        source_vocabulary=size, target_vocabulary=size, d_model=14, d_ff=23, n_heads=2, n_layers=2
    )
    model = build(config, seed=3).eval()
    parts = (np.arange(0, 3), np.arange(3, 4), np.arange(4, 11))[:count]
    batches = [collate(corpus, rows, tokenizers) for rows in parts]
    tokens = sum(batch.target_tokens for batch in batches)
    objective = translation_objective(0, 0.1)
    loss = accumulate(model, batches, tokens, objective, torch.float32)  # type: ignore[arg-type]
    gradients = {name: p.grad for name, p in model.named_parameters() if p.grad is not None}
    assert max(g.abs().max().item() for g in gradients.values()) > 1e-3
    return gradients, loss.item() / tokens
