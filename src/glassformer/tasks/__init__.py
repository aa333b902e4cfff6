"""What a model is trained for: all in which the trainings of the family differ.

There is one trainer. It knows updates, checkpoints and processes; of what the numbers mean it asks
a *task*, which is small:

    a split of sentences ── encode ──▶ corpus ── Task.batch ──▶ what the model reads, and should say
                                                                       │
    loss a token, its gradient ◀── one objective ◀── hidden states ◀───┘
    a line for a person        ◀── Task.show

1. **A split** is a stream of pairs of texts (``data.open``). A task says which sides it reads: a
   translator both, whoever predicts one text the target alone.
2. **A corpus** is these pairs as tokens on disk (``data.corpus``), shuffled and cut into batches of
   similar length (``data.batching``), whatever the task.
3. **A batch** is ``inputs``, what the model's ``forward`` takes, and ``target_out``, what it should
   say at each position; a position whose target is padding has no loss. Chance (which tokens are
   hidden) depends on seed, epoch, sentence and place alone, never on how an update was cut into
   batches or processes: so a stopped training resumes to the bit.
4. **The objective** is the same for all (``numerics.loss``): cross-entropy of hidden states against
   targets by the model's output matrix.
5. **What is shown** at an evaluation is a text and what the model makes of it.

Which task it is follows from the model's family, and from nothing else (``tasks.choose.task_of``):

    encoder-decoder   ``translating``  the target, token by token, given the source
    decoder-only      ``continuing``   the next token of one text
    encoder-only      ``masking``      the tokens that are hidden from it
      with labels     ``labelling``    one label for a whole text or image

``loaded`` gives each family its verbs. So a new task is one file here, its line in ``choose``, and
its verb there; a new corpus for a task is a recipe, with its source in ``data`` if that is new.
"""
