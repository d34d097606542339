"""Where prices and evidence come from: one file a source, each with its address, its schema and nothing else."""
