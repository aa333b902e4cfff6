"""Every table and figure of the paper, made anew: ``glassformer paper table1`` … ``fig5``.

One file for each, named as the paper names it, with ``cost(request)``, what making it would take,
and ``make(request)``, the thing itself: ours beside the paper's, and why they differ.
"""
