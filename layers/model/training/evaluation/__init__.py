"""Measures the classifier: figures, pictures, baselines and the report."""
