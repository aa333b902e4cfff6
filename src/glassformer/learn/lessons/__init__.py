"""The lessons: first what the learner reads and writes, our solution in it, then its check."""
