"""The paper's formulas: tensors in, tensors out; no module, no config, no state.

Reading order: attention (§3.2.1), masks (§3.2.3), positions (§3.5), dropout and loss (§5.4).
"""
