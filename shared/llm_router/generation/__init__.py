"""Sending a prompt to a model: the request and its answer in one neutral form, and the walk along a ranking."""
