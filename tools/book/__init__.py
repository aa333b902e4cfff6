"""The site of the docs: pages woven from docs/, the source and the carried model."""
