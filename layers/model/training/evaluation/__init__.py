"""Measures the classifier and the choice: figures, pictures, baselines and the reports."""
