"""Where prices and evidence come from: one file a source, each with its address, its schema and nothing else."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from llm_router.adapters.sources import litellm, livebench, lmarena
from llm_router.catalogue.records import Reading

Parser = Callable[[bytes, str], Reading]

PARSERS: Mapping[str, Parser] = {module.NAME: module.parse for module in (litellm, lmarena, livebench)}
"""How each source's payload is read: bytes and the ISO date for which they hold, to records."""
