"""The shapes of requests and answers, as Pydantic models. Nothing behind the doors imports them."""
