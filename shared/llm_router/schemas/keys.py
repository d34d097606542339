"""`/keys`: client keys, what they allow, and what they have spent."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Annotated

from pydantic import BaseModel, Field

from llm_router.budgets import Spend
from llm_router.client_keys import ClientKey
from llm_router.ranking.unmatched import Unmatched
from llm_router.schemas.body import RequestBody
from llm_router.schemas.fields import InOneLine, Readable, Whole
from llm_router.schemas.route import Names

Usd = Annotated[float, Field(ge=1e-6, le=1e9)]


class KeyRequest(RequestBody):
    """A new key. Whatever is left out bounds nothing; `allowed_models` are ids, or the names that models have at
    their providers, and `allowed_providers` names as in a request's constraints; the case of letters is all one.
    Another name of a model, which `exclude_models` would take, allows nothing. `cache_similar` caches answers, too.
    """

    name: Annotated[str, Field(min_length=1, max_length=200), Readable, InOneLine]
    allowed_models: Names = ()
    allowed_providers: Names = ()
    requests_per_minute: Annotated[int, Field(ge=1, le=1_000_000), Whole] | None = None
    usd_per_day: Usd | None = None
    usd_per_month: Usd | None = None
    expires_in_s: Annotated[float, Field(gt=0, le=315_360_000)] | None = None
    cache_answers: bool = False
    cache_similar: bool = False

    def draft(self, now: float) -> ClientKey:
        """The key without its secret."""
        return ClientKey(
            id="",
            name=self.name,
            sha256="",
            created_at=now,
            expires_at=None if self.expires_in_s is None else now + self.expires_in_s,
            models=self.allowed_models,
            providers=self.allowed_providers,
            requests_per_minute=self.requests_per_minute,
            usd_per_day=self.usd_per_day,
            usd_per_month=self.usd_per_month,
            caches=self.cache_answers or self.cache_similar,
            caches_similar=self.cache_similar,
        )


class KeyAnswer(BaseModel):
    """A key without its secret; spending in USD, of today and of this month (UTC), calls in progress included."""

    id: str
    name: str
    created_at: float
    expires_at: float | None
    allowed_models: list[str]
    allowed_providers: list[str]
    requests_per_minute: int | None
    usd_per_day: float | None
    usd_per_month: float | None
    cache_answers: bool
    cache_similar: bool
    spent_today_usd: float
    spent_this_month_usd: float


class UnmatchedName(BaseModel):
    """A name by its place in a list, and what is wrong with it."""

    path: str
    problem: str


class NewKeyAnswer(KeyAnswer):
    """A key that has just been made. `key` is its secret; it is not shown again. `unmatched` tells of the names in its
    lists that nothing in the catalogue has now, such as mistyped ones; of each list the first five.
    """

    key: str
    unmatched: list[UnmatchedName]


class KeysAnswer(BaseModel):
    """Every key, the newest first."""

    keys: list[KeyAnswer]


class KeyRemoved(BaseModel):
    """A key that opens nothing any more."""

    id: str
    removed: bool = True


def new_key_answer(made: ClientKey, secret: str, vain: Sequence[Unmatched]) -> NewKeyAnswer:
    """The key with its secret, this once, and what its lists hold in `vain`."""
    unmatched = [UnmatchedName(path=each.path, problem=each.problem) for row in vain for each in row.fields]
    return NewKeyAnswer(**key_answer(made, Spend()).model_dump(), key=secret, unmatched=unmatched)


def keys_answer(keys: Sequence[ClientKey], spends: Mapping[str, Spend]) -> KeysAnswer:
    """All keys with what they have spent."""
    return KeysAnswer(keys=[key_answer(each, spends.get(each.id, Spend())) for each in keys])


def key_answer(held: ClientKey, spend: Spend) -> KeyAnswer:
    """One key with what it has spent."""
    return KeyAnswer(
        id=held.id,
        name=held.name,
        created_at=round(held.created_at, 3),
        expires_at=held.expires_at,
        allowed_models=list(held.models),
        allowed_providers=list(held.providers),
        requests_per_minute=held.requests_per_minute,
        usd_per_day=held.usd_per_day,
        usd_per_month=held.usd_per_month,
        cache_answers=held.caches,
        cache_similar=held.caches_similar,
        spent_today_usd=round(spend.day, 10),
        spent_this_month_usd=round(spend.month, 10),
    )
