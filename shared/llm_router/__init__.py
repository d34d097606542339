"""Serverless LLM router: the vocabulary, the domain and its adapters, shared by the four functions."""

import gc

__version__ = "0.1.0"

# What is made while a process starts stays, and what a request leaves behind is hardly ever a cycle: looking for it
# after every 700 new objects, as Python does, takes a twentieth of a cold start and finds none.
gc.set_threshold(50_000, 20, 10)
