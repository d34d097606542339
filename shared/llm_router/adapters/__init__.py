"""The ports' implementations: one SDK each, every I/O with a time-out, every SDK error translated into ours."""
