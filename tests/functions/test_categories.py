"""An operator's own categories through the doors: added, used, removed, without retraining."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.support.categories import once_read
from tests.support.service import ADMIN_KEY, Service, service

RECIPES = {
    "name": "recipes",
    "description": "Cooking: a recipe, or how to prepare a dish.",
    "examples": [
        "recipe for lentil soup",
        "how do I make pancakes without eggs",
        "give me a quick chicken curry recipe for four",
        "what can I cook with leeks, potatoes and cream",
        "how long do I roast a duck and at what temperature",
        "vegan lasagne recipe please",
        "ingredients and steps for banana bread",
        "a marinade for grilled salmon",
        "how to make pizza dough by hand",
        "an easy dessert with strawberries",
        "what spices go into a good chili",
        "simple pasta sauce recipe with tomatoes",
    ],
}
HEADERS = {"authorization": f"Bearer {ADMIN_KEY}"}


def category_of(api: Service, prompt: str) -> str:
    return once_read(lambda: api.post("/classify", {"prompt": prompt})).json["primary_use_case"]


def test_an_added_category_is_used_by_classify_and_route_and_gone_when_removed(fresh: Service):
    cooking, code = "recipe for a creamy mushroom risotto", "Write a Python function to sort a list"
    assert category_of(fresh, cooking) != "recipes"
    made = fresh.admin("/categories", RECIPES)
    assert made.status == 200
    assert made.json["categories"][-1] == {
        "name": "recipes",
        "description": RECIPES["description"],
        "own": True,
        "examples": 12,
    }
    assert category_of(fresh, cooking) == "recipes"
    assert category_of(fresh, code) == "coding"
    routed = fresh.post("/route", {"prompt": cooking}).json
    assert routed["classification"]["category"] == "recipes"
    assert re.search(r" It is reckoned as [a-z ]+, since nothing was measured of recipes\.", routed["explanation"])
    assert "reckoned" not in fresh.post("/route", {"prompt": code}).json["explanation"]
    assert fresh.get("/categories").json == made.json
    gone = fresh.send("DELETE", "/categories/recipes", headers=HEADERS)
    assert (gone.status, gone.json["version"]) == (200, 2)
    assert category_of(fresh, cooking) != "recipes"


def test_categories_survive_a_restart(tmp_path: Path):
    with service(STORE="sqlite", STATE_DIR=str(tmp_path)) as running:
        running.admin("/categories", RECIPES)
    with service(STORE="sqlite", STATE_DIR=str(tmp_path)) as running:
        assert category_of(running, "recipe for a creamy mushroom risotto") == "recipes"


WRONG = {
    "a built-in name": {**RECIPES, "name": "coding"},
    "markup in the name": {**RECIPES, "name": "<b>"},
    "two examples": {**RECIPES, "examples": ["a", "b"]},
    "a blank example": {**RECIPES, "examples": ["a", "b", " \u200b"]},
    "no description": {"name": "recipes", "examples": RECIPES["examples"]},
}


@pytest.mark.parametrize("body", WRONG.values(), ids=WRONG.keys())
def test_a_wrong_category_is_refused_and_named(fresh: Service, body: dict):
    reply = fresh.admin("/categories", body)
    assert (reply.status, reply.error) == (422, "invalid_request")
    assert len(fresh.get("/categories").json["categories"]) == 7


def test_only_the_admin_may_change_categories(fresh: Service):
    assert fresh.post("/categories", RECIPES).error == "unauthorized"
    assert fresh.send("DELETE", "/categories/recipes").error == "unauthorized"


def test_removing_what_is_not_there_is_not_found(fresh: Service):
    for name in ("recipes", "coding", "..%2f"):
        assert fresh.send("DELETE", f"/categories/{name}", headers=HEADERS).error == "not_found"
