"""The providers of generated text: one wire, one module for each protocol, and a table of who speaks which."""
