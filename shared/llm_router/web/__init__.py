"""The HTTP edge that the four doors share: access, bodies, errors, the Lambda boundary."""

from llm_router.web.deferred_build import build_on_first_use

build_on_first_use()  # here, before the first of the edge's models is defined
