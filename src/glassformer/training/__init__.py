"""From a recipe to a trained run.

Reading order: ``recipe`` (what is asked for), ``objectives`` and ``schedule`` (the mathematics),
``step`` (one update), ``loop`` (all of them), ``prepare`` (tokenizer and corpus), ``resume``.
"""
