"""How good translations are, and what in the model makes them so.

``bleu`` (corpus scores), ``compare`` (two systems), ``perplexity`` (teacher forcing),
``phenomena`` (exact matches on the built-in pair), ``heads`` (attention against the gold truth),
``evaluate`` (all of it in one report).
"""
