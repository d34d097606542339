"""The composition root: what a function needs, made from its settings; the only part that knows all the others."""
