"""The model catalogue: what an entry holds, how entries are validated, merged, compared and stored."""
