"""`/categories`: what prompts are sorted into, and how an operator adds to it."""

from __future__ import annotations

from typing import Annotated

from pydantic import AfterValidator, BaseModel, Field

from llm_router.own_categories import CategoryList, OwnCategory
from llm_router.schemas.body import RequestBody
from llm_router.schemas.fields import Readable
from llm_router.taxonomy import Category


def _free(name: str) -> str:
    if name in set(Category):
        raise ValueError("is one of the built-in categories")
    return name


CategoryName = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{1,39}$"), AfterValidator(_free)]
Example = Annotated[str, Field(min_length=1, max_length=4000), Readable]


class CategoryRequest(RequestBody):
    """A category of the operator's: its name, what it means, and prompts that belong to it, a dozen at best."""

    name: CategoryName
    description: Annotated[str, Field(min_length=1, max_length=1000), Readable]
    examples: Annotated[tuple[Example, ...], Field(min_length=3, max_length=100)]

    def category(self) -> OwnCategory:
        """The category as the domain sees it."""
        return OwnCategory(self.name, self.description, self.examples)


class CategoryAnswer(BaseModel):
    """A category in force; `own` marks an operator's, which has examples."""

    name: str
    description: str
    own: bool
    examples: int


class CategoriesAnswer(BaseModel):
    """The categories in force, and the version of the operator's own."""

    categories: list[CategoryAnswer]
    version: int


BUILT_IN = {
    Category.CODING: "Code, debugging, shell, SQL, configuration, or an explanation of code.",
    Category.MATH: "A calculation, equation, proof, statistics exercise or word problem.",
    Category.CREATIVE_WRITING: "Imaginative text: story, poem, lyrics, joke, role-play, slogan.",
    Category.ANALYSIS: "Compare, evaluate, critique, analyse given data or text, diagnose from evidence.",
    Category.QUESTION: "One short fact that can be checked.",
    Category.CHAT: "Greeting, small talk, feelings, talk about or to the assistant.",
    Category.GENERAL: "Explanation, how-to, plan, list, transformation of given text, practical writing.",
}


def categories_answer(own: CategoryList) -> CategoriesAnswer:
    """The seven, and the operator's."""
    built_in = [CategoryAnswer(name=name, description=words, own=False, examples=0) for name, words in BUILT_IN.items()]
    added = [
        CategoryAnswer(name=each.name, description=each.description, own=True, examples=len(each.examples))
        for each in own.categories
    ]
    return CategoriesAnswer(categories=[*built_in, *added], version=own.version)
