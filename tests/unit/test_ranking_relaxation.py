"""Where every model is out, the change of the request that would let in one is the nearest there is."""

from __future__ import annotations

from llm_router.catalogue.entry import ModelStatus
from llm_router.errors import NoEligibleModel, TooLong
from llm_router.ranking.constraints import DROP, NOT_ALLOWED, Reason, Violation, out_of_use
from llm_router.ranking.relaxation import Exclusion, nearest, nobody
from llm_router.ranking.task import Constraints
from tests.support.models import model
from tests.support.places import place_of


def out(name: str, *violations: Violation, quality: float = 0.8) -> Exclusion:
    return Exclusion(model(name), violations, place_of(f"acme/{name}", quality, 0.01, 0.5))


def test_the_nearest_model_needs_the_fewest_demands_changed_and_then_the_smallest_change():
    one = Violation(Reason.COST, "", "constraints.max_cost_usd", "1", 2.0)
    less = one._replace(relaxed="0.7", distance=1.5)
    fixed = Violation(Reason.INACTIVE, "")

    def nearest_of(*excluded: Exclusion) -> str | None:
        found = nearest(excluded)
        return None if found is None else found.model.api_alias

    assert nearest_of() is None
    assert nearest_of(out("a", fixed)) is None
    assert nearest_of(out("a", one), out("b", less)) == "b"
    assert nearest_of(out("a", less, less), out("b", one)) == "b"
    assert nearest_of(out("a", fixed), out("b", one, less)) == "b"
    assert nearest_of(out("b", one), out("a", one)) == "a"


def test_of_all_that_the_nearest_change_lets_in_the_best_is_named():
    added = Violation(Reason.PROVIDER, "", "constraints.providers", "add acme")
    for better in ("a", "b"):
        found = nearest([out(name, added, quality=0.9 if name == better else 0.6) for name in ("a", "b")])
        assert found is not None
        assert found.model.api_alias == better
    dearer = Violation(Reason.COST, "", "constraints.max_cost_usd", "0.0101", 1.999)
    alike = dearer._replace(distance=2.0)
    found = nearest([out("a", dearer, quality=0.6), out("b", alike, quality=0.9), out("c", added, dearer)])
    assert found is not None
    assert found.model.api_alias == "b"


def test_of_a_model_that_nobody_would_choose_the_nearest_change_says_so():
    dear = Violation(Reason.COST, "", "constraints.max_cost_usd", "1", 2.0)

    def said(quality: float = 0.9, **known: bool) -> str:
        place = place_of("acme/a", quality, 0.01, 0.5, **known)
        return nobody([Exclusion(model("a"), (dear,), place)], Constraints(max_cost_usd=0.1)).message

    given = "the nearest relaxation is constraints.max_cost_usd: 1 (gives acme/a)."
    assert said().endswith(given)
    for unfit in (said(0.3), said(evidenced=False)):
        assert unfit.endswith(f"{given} It is not known to do such work well.")
    assert said(silent=True).endswith(f"{given} It would be cut off before half of its answer.")


def test_what_is_assumed_for_a_price_is_told_with_the_price_that_would_do_and_with_no_other_change():
    def said(reason: Reason, path: str) -> str:
        out = (Violation(reason, "", path, "1", 2.0),)
        place = place_of("acme/a", 0.9, 0.01, 0.5)
        return nobody(
            [Exclusion(model("a"), out, place)], Constraints(max_cost_usd=0.1), "files billed as long"
        ).message

    assert said(Reason.COST, "constraints.max_cost_usd").endswith(
        "is constraints.max_cost_usd: 1, with files billed as long (gives acme/a)."
    )
    assert said(Reason.LATENCY, "constraints.max_latency_ms").endswith("max_latency_ms: 1 (gives acme/a).")


def test_where_the_callers_key_keeps_models_out_it_is_named_and_who_could_widen_it():
    barred = [Exclusion(model(name), out_of_use(model(name), NOT_ALLOWED), None) for name in ("a", "b")]
    disabled = model("c", status=ModelStatus.DISABLED)
    assert nobody([*barred, Exclusion(disabled, out_of_use(disabled, NOT_ALLOWED), None)], Constraints()).message == (
        "No model that this key allows can do this request, whatever its constraints: "
        "2 not allowed by this key, 1 out of use. Ask the operator for a key that allows more."
    )
    assert {each.violations[0].reason for each in barred} == {Reason.KEY}
    narrow = Exclusion(model("d"), (Violation(Reason.CONTEXT_WINDOW, "too small"),), None)
    assert nobody([*barred, narrow], Constraints()).message == (
        "No model in the catalogue can do this request, whatever its constraints: "
        "2 not allowed by this key, 1 with too small a window."
    )


def test_where_a_shorter_request_is_all_that_any_model_would_need_the_error_is_that_it_is_too_long():
    small, blind = Violation(Reason.CONTEXT_WINDOW, ""), Violation(Reason.CAPABILITY, "")

    def kind(*violations: tuple[Violation, ...]) -> type[NoEligibleModel]:
        return type(nobody([Exclusion(model("m"), each, None) for each in violations], Constraints()))

    assert kind((small,)) is kind((blind,), (small,)) is TooLong
    assert kind((blind,)) is kind((small, blind)) is NoEligibleModel


def test_a_demand_that_is_dropped_lets_in_whatever_did_not_meet_it():
    unknown = Violation(Reason.LICENSE, "", "constraints.licenses", DROP)
    known = unknown._replace(relaxed="add MIT", distance=1.001)
    dear = Violation(Reason.COST, "", "constraints.max_cost_usd", "0.0101")
    found = nearest([out("a", unknown, quality=0.6), out("b", known, quality=0.9), out("c", known, dear, quality=0.95)])
    assert found is not None
    assert (found.model.api_alias, found.violations) == ("b", (known,))
