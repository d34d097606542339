"""Builds, trains and evaluates the classifier. Not shipped."""
