"""Models by the names that Anthropic's tools have for them."""

from __future__ import annotations

from llm_router.catalogue.entry import Catalogue
from llm_router.catalogue.naming import undated


def known_name(catalogue: Catalogue, name: str) -> str:
    """The name by which the catalogue has the model: Anthropic's tools name it with the date of its release."""
    return next((each for each in (name, undated(name)) if catalogue.find(each) is not None), name)
