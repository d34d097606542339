"""Serverless LLM router: the vocabulary, the domain and its adapters, shared by the four functions."""

__version__ = "0.1.0"
