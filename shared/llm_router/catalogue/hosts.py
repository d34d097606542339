"""Which entries are one model at several providers, as far as the catalogue knows: what its answers are worth is then
known, and judged, of all of them together. What they cost, and whether and how fast they come, is each provider's own.
"""

from __future__ import annotations

from llm_router.catalogue.entry import ModelEntry
from llm_router.catalogue.naming import folded
from llm_router.catalogue.reader import CatalogueReader
from llm_router.errors import CatalogueUnavailable


def same_model(one: ModelEntry, other: ModelEntry) -> bool:
    """Whether both are called alike and have the same evidence. Of what there is none, nothing is known to be alike."""
    alike = one.display_name == other.display_name and bool(one.quality) and one.quality == other.quality
    return alike or one.id == other.id


def known_as(catalogues: CatalogueReader, model_id: str) -> str:
    """What the model is called at all its providers, folded, which holds while they come and go; its id where it is in
    no catalogue."""
    try:
        catalogue = catalogues.in_force().catalogue
    except CatalogueUnavailable:
        return model_id
    mine = catalogue.models.get(model_id)
    return model_id if mine is None else folded(mine.display_name)
