"""Client keys: who may make them, what they open, how often and for how much."""

from __future__ import annotations

import pytest

from llm_router.catalogue.entry import Catalogue
from llm_router.client_keys import KeyRing
from llm_router.generation.chat import Usage
from llm_router.generation.provider import Failure, ProviderFailed
from llm_router.lazy import Lazy
from tests.support.clock import FakeClock
from tests.support.generating import ADMIN, MESSAGES, PROMPT, Client, Holder
from tests.support.models import model
from tests.support.providers import FakeProvider


def test_the_secret_is_shown_once_and_never_stored(generating: Client):
    holder = Holder(generating)
    listed = generating.api.send("GET", "/keys", headers=ADMIN)
    assert holder.secret.encode() not in listed.body
    assert holder.entry["name"] == "test"


def test_only_the_admin_makes_lists_and_removes_keys(generating: Client):
    holder = Holder(generating)
    for method, path, body in (("GET", "/keys", None), ("POST", "/keys", {"name": "x"}), ("DELETE", "/keys/x", None)):
        assert generating.api.send(method, path, body).status == 401
        assert generating.api.send(method, path, body, {"x-api-key": holder.secret}).status == 403


def test_once_a_key_is_defined_the_open_door_closes_and_a_removed_key_opens_nothing(generating: Client):
    assert generating.api.post("/route", {"prompt": PROMPT}).status == 200
    holder = Holder(generating)
    assert generating.api.post("/route", {"prompt": PROMPT}).status == 401
    assert holder.send("/route", {"prompt": PROMPT}).status == 200
    assert generating.api.send("DELETE", f"/keys/{holder.id}", headers=ADMIN).status == 200
    Holder(generating)
    assert holder.send("/route", {"prompt": PROMPT}).status == 401
    assert generating.api.send("DELETE", f"/keys/{holder.id}", headers=ADMIN).status == 404


def test_a_key_reaches_its_own_models_alone(generating: Client):
    holder = Holder(generating, allowed_providers=["openai"])
    assert holder.generate().json["model_used"]["provider"] == "openai"
    other = next(
        m for m in generating.api.send("GET", "/models", headers=ADMIN).json["models"] if m["provider"] != "openai"
    )
    refused = holder.send("/v1/chat/completions", {"model": other["id"], "messages": MESSAGES})
    assert refused.status == 403
    assert refused.json["error"]["code"] == "model_not_allowed"


def test_a_key_whose_names_match_nothing_is_made_with_a_word_and_its_holder_is_told_whom_to_ask(generating: Client):
    body = {"name": "test", "allowed_models": ["gpt-4o", "gpt-4o-minni"], "allowed_providers": ["OpenAI", "nope"]}
    made = generating.api.send("POST", "/keys", body, ADMIN).json
    assert [each["path"] for each in made["unmatched"]] == ["allowed_models[1]", "allowed_providers[1]"]
    assert generating.holder().entry.keys() == made.keys() - {"key", "unmatched"}
    holder = Holder(generating, allowed_models=["gpt-4o-minni"])
    for refused in (
        holder.send("/route", {"prompt": PROMPT}),
        holder.send("/v1/chat/completions", {"model": "auto", "messages": MESSAGES}),
    ):
        assert refused.status == 422
        message = refused.json["error"]["message"]
        assert message.startswith("No model that this key allows can do this request")
        assert message.endswith("Ask the operator for a key that allows more.")


def test_past_its_requests_a_minute_a_key_is_told_when_to_come_back(generating: Client):
    holder = Holder(generating, requests_per_minute=2)
    assert [holder.generate().status for _ in range(3)] == [200, 200, 429]
    refused = holder.generate()
    assert refused.error == "rate_limited"
    assert 1 <= int(refused.headers["retry-after"]) <= 60


def test_recommendations_count_against_the_requests_a_minute_too_and_lists_do_not(generating: Client):
    holder = Holder(generating, requests_per_minute=2)
    listed = [
        holder.api.send("GET", path, headers={"x-api-key": holder.secret}).status
        for path in ("/v1/models", "/v1/models/auto", "/v1/models/openai/gpt-4o")
    ]
    assert listed == [200, 200, 200]
    assert [holder.send("/route", {"prompt": PROMPT}).status for _ in range(2)] == [200, 200]
    assert [holder.send("/route", {"prompt": PROMPT}).error, holder.generate().error] == ["rate_limited"] * 2
    assert holder.api.send("GET", "/v1/models", headers={"x-api-key": holder.secret}).status == 200


def test_spending_is_booked_from_real_usage_and_stops_at_the_budget(generating: Client):
    holder = Holder(generating, usd_per_day=1e-6)
    first = holder.generate()
    assert first.status == 200
    assert holder.entry["spent_today_usd"] == pytest.approx(first.json["usage"]["cost_usd"])
    while holder.entry["spent_today_usd"] < 1e-6:
        assert holder.generate().status == 200
    refused = holder.generate()
    assert (refused.status, refused.error) == (429, "budget_exceeded_day")
    assert int(refused.headers["retry-after"]) >= 1


def test_what_fails_costs_nothing(generating: Client):
    holder = Holder(generating, usd_per_month=1.0)
    generating.providers.default = FakeProvider(fails=ProviderFailed(Failure.SERVER_ERROR, status=500))
    assert holder.generate().status == 502
    assert holder.entry["spent_this_month_usd"] == 0


def test_while_a_call_runs_what_it_may_cost_is_spoken_for(generating: Client):
    holder = Holder(generating, usd_per_day=1e-6)
    seen: list[float] = []
    budgets = generating.parts.budgets()
    generating.providers.default = FakeProvider(during=lambda: seen.append(budgets.spends()[holder.id].day))
    spent = holder.generate().json["usage"]["cost_usd"]
    assert seen[0] > spent > 0
    assert budgets.spends()[holder.id].day == pytest.approx(spent)


def test_sessions_and_cached_answers_of_one_key_are_not_anothers(generating: Client):
    one, other = Holder(generating), Holder(generating)
    asked = {"model": "auto", "messages": MESSAGES, "cache": {"ttl_s": 60}}
    found = [holder.send("/v1/chat/completions", asked).json["router"]["cached"] for holder in (one, other, one)]
    assert found == [False, False, True]


def test_a_key_may_cache_by_itself_when_nothing_is_left_to_chance(generating: Client):
    holder = Holder(generating, cache_answers=True)
    asked = {"model": "auto", "messages": MESSAGES}
    warm = [holder.send("/v1/chat/completions", asked).json["router"]["cached"] for _ in range(2)]
    cold = [holder.send("/v1/chat/completions", {**asked, "temperature": 0}).json["router"]["cached"] for _ in range(2)]
    assert (warm, cold) == ([False, False], [False, True])


def test_a_key_may_take_the_answer_to_a_question_of_the_same_meaning(generating: Client):
    exact, near = Holder(generating, cache_answers=True), Holder(generating, cache_similar=True)

    def ask(holder: Holder, question: str) -> bool:
        asked = {"model": "auto", "temperature": 0, "messages": [{"role": "user", "content": question}]}
        cached = holder.send("/v1/chat/completions", asked).json["router"]["cached"]
        assert isinstance(cached, bool)
        return cached

    first, same = "What is the capital of France?", "what is the capital of France please?"
    assert [ask(exact, first), ask(exact, same), ask(exact, first)] == [False, False, True]
    assert [ask(near, first), ask(near, same), ask(near, "What is the capital of Spain?")] == [False, True, False]


def test_a_key_is_recommended_its_own_models_alone(generating: Client):
    holder = Holder(generating, allowed_providers=["openai"])
    found = holder.send("/route", {"prompt": PROMPT}).json
    assert {row["provider"] for row in found["ranking"]} == {"openai"}


@pytest.mark.parametrize("known", [None, 1.0])
def test_a_budget_and_a_bound_keep_from_a_model_whose_price_nobody_knows_whole(
    generating: Client, monkeypatch: pytest.MonkeyPatch, known: float | None
):
    unpriced = model("unpriced", usd_in=known, usd_out=None)
    monkeypatch.setattr(Catalogue, "find", lambda _self, _name: unpriced)
    asked = {"model": unpriced.id, "messages": MESSAGES}
    refused = Holder(generating, usd_per_day=1.0).send("/v1/chat/completions", asked)
    assert (refused.status, refused.json["error"]["code"]) == (403, "price_not_known")
    assert Holder(generating).send("/v1/chat/completions", asked).status == 200
    bounded = Holder(generating).send("/v1/chat/completions", {**asked, "constraints": {"max_cost_usd": 9.0}})
    assert (bounded.status, bounded.json["error"]["code"]) == (422, "no_eligible_model")


def test_what_was_read_before_an_answer_that_was_garbage_is_booked(generating: Client):
    holder = Holder(generating, usd_per_month=1.0)
    generating.providers.default = FakeProvider(fails=ProviderFailed(Failure.GARBAGE))
    assert holder.generate().status == 502
    assert 0 < holder.entry["spent_today_usd"] < 1e-3


@pytest.mark.parametrize("count", [-(10**8), 10**400])
def test_a_count_of_tokens_that_cannot_be_gives_no_money_and_breaks_nothing(generating: Client, count: int):
    holder = Holder(generating, usd_per_day=1.0)
    generating.providers.default = FakeProvider(usage=Usage(prompt_tokens=10, completion_tokens=count))
    asked = {"model": "auto", "messages": MESSAGES, "cache": {"ttl_s": 60}}
    first, again = (holder.send("/v1/chat/completions", asked) for _ in range(2))
    assert first.status == again.status == 200
    assert again.json["router"]["cached"] is True
    assert 0 < first.json["usage"]["completion_tokens"] == again.json["usage"]["completion_tokens"] < 1000
    assert 0 < holder.entry["spent_today_usd"] < 0.1


def test_what_the_assistant_once_refused_is_paid_for_beforehand_as_all_else(generating: Client):
    budgets = generating.parts.budgets()
    holder, aside = Holder(generating, usd_per_day=100.0), [0.0]
    generating.providers.default = FakeProvider(during=lambda: aside.append(budgets.spends()[holder.id].day))
    for field in ("content", "refusal"):
        said = [*MESSAGES, {"role": "assistant", field: "lorem ipsum dolor " * 2000}, *MESSAGES]
        asked = {"model": "openai/gpt-4o", "messages": said, "max_tokens": 10}
        assert holder.send("/v1/chat/completions", asked).status == 200
    _, content, refusal = aside
    assert refusal == pytest.approx(content, rel=0.01)
    assert refusal > 0.001


def test_a_key_that_somebody_else_took_back_opens_nothing_here_once_that_is_told(generating: Client):
    book = generating.parts.key_book()
    ring = KeyRing(book, FakeClock(), check_every_s=10.0)
    generating.parts.key_ring = Lazy(lambda: ring)
    holder = Holder(generating)
    assert ring.by_id(holder.id) is not None
    book.remove(holder.id)
    assert ring.by_id(holder.id) is not None
    assert generating.api.send("DELETE", f"/keys/{holder.id}", headers=ADMIN).status == 404
    assert ring.by_id(holder.id) is None
