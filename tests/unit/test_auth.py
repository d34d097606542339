"""Who gets in: decided by hash, in constant time, and closed when nothing is configured."""

from __future__ import annotations

import pytest

from llm_router.auth import MAX_KEY_LENGTH, Access, Caller, Gatekeeper, key_hash, presented_key
from llm_router.errors import Forbidden, StoreUnavailable, Unauthenticated

ADMIN, CLIENT = "the-admin-key", "a-client-key"
NOBODY = Caller(admin=False)


def gate(*, loopback: bool = False, admin: str = ADMIN, clients: tuple[str, ...] = (CLIENT,)) -> Gatekeeper:
    known = {key_hash(key): f"id-of-{key}" for key in clients}
    return Gatekeeper(loopback, lambda: key_hash(admin) if admin else "", known.get, lambda: bool(known))


def bearer(key: str) -> dict[str, str]:
    return {"authorization": f"Bearer {key}"}


WRONG = [
    {},
    bearer("wrong"),
    bearer("' OR '1'='1"),
    bearer(""),
    bearer("x" * 1_000_000),
    bearer(f"{ADMIN},{ADMIN}"),
    {"authorization": ADMIN},
    {"authorization": f"Basic {ADMIN}"},
    {"x-api-key": "\udcff"},
]


@pytest.mark.parametrize("headers", WRONG, ids=range(len(WRONG)))
@pytest.mark.parametrize("access", [Access.ADMIN, Access.CLIENT, Access.OPERATOR])
def test_every_wrong_key_gets_the_same_answer(access, headers):
    with pytest.raises(Unauthenticated) as refused:
        gate().admit(access, headers)
    with pytest.raises(Unauthenticated) as without:
        gate().admit(access, {})
    assert str(refused.value) == str(without.value)


def test_the_refusal_says_where_a_key_goes():
    with pytest.raises(Unauthenticated) as refused:
        gate().admit(Access.CLIENT, {})
    assert "Authorization: Bearer" in refused.value.message


@pytest.mark.parametrize("headers", [{}, bearer("wrong"), bearer(CLIENT), bearer(ADMIN)])
def test_whoever_asks_for_what_is_public_is_nobody(headers: dict[str, str]):
    assert gate().admit(Access.PUBLIC, headers) == NOBODY


@pytest.mark.parametrize(
    ("headers", "key"),
    [
        ({}, None),
        ({"x-api-key": " k "}, "k"),
        (bearer("k") | {"x-api-key": "other"}, "k"),
        ({"authorization": "Basic k", "x-api-key": "k"}, ""),
        (bearer("k" * MAX_KEY_LENGTH), "k" * MAX_KEY_LENGTH),
        (bearer("k" * (MAX_KEY_LENGTH + 1)), ""),
    ],
)
def test_a_key_that_cannot_be_one_is_empty_and_the_first_header_counts(headers: dict[str, str], key: str | None):
    assert presented_key(headers) == key


def test_what_cannot_be_a_key_is_looked_up_nowhere():
    def never(*_: str) -> str:
        pytest.fail("nobody is asked")

    for headers in ({}, {"authorization": "Basic x"}, bearer("x" * (MAX_KEY_LENGTH + 1))):
        with pytest.raises(Unauthenticated):
            Gatekeeper(False, never, never, lambda: True).admit(Access.CLIENT, headers)


def test_while_the_admin_key_cannot_be_read_clients_come_in_and_others_are_told_that():
    def away() -> str:
        raise StoreUnavailable("The secret store is away.")

    without = Gatekeeper(False, away, {key_hash(CLIENT): "c"}.get, lambda: True)
    assert without.admit(Access.CLIENT, bearer(CLIENT)) == Caller(admin=False, key_id="c")
    for access in (Access.ADMIN, Access.CLIENT):
        with pytest.raises(StoreUnavailable, match="The secret store is away"):
            without.admit(access, bearer(ADMIN))


def test_a_client_s_key_opens_what_it_opens_without_a_look_at_the_admin_key():
    def never() -> str:
        pytest.fail("the admin key is asked for")

    gatekeeper = Gatekeeper(False, never, {key_hash(CLIENT): "c"}.get, lambda: True)
    assert gatekeeper.admit(Access.CLIENT, bearer(CLIENT)) == Caller(admin=False, key_id="c")


def test_while_client_keys_cannot_be_read_the_admin_comes_in_and_others_are_told_that():
    def away(_digest: str) -> str:
        raise StoreUnavailable("Keys cannot be checked now.")

    without = Gatekeeper(False, lambda: key_hash(ADMIN), away, lambda: True)
    assert without.admit(Access.CLIENT, bearer(ADMIN)).admin
    with pytest.raises(StoreUnavailable, match="Keys cannot be checked now"):
        without.admit(Access.CLIENT, bearer(CLIENT))


def test_where_no_key_is_needed_none_is_looked_up_and_the_admin_is_still_told_apart():
    def never(_digest: str) -> str:
        pytest.fail("a client's key is looked up")

    here = Gatekeeper(True, lambda: key_hash(ADMIN), never, lambda: False)
    assert here.admit(Access.CLIENT, bearer("made-up")) == NOBODY
    assert here.admit(Access.CLIENT, bearer(ADMIN)).admin


@pytest.mark.parametrize("headers", [bearer(ADMIN), {"x-api-key": ADMIN}, {"authorization": f"bearer  {ADMIN} "}])
def test_the_admin_key_opens_everything_in_either_header(headers):
    for access in (Access.ADMIN, Access.CLIENT, Access.OPERATOR):
        assert gate().admit(access, headers).admin


def test_a_client_key_opens_client_routes_and_no_admin_route():
    assert gate().admit(Access.CLIENT, bearer(CLIENT)) == Caller(admin=False, key_id=f"id-of-{CLIENT}")
    for access in (Access.ADMIN, Access.OPERATOR):
        with pytest.raises(Forbidden, match=r"^This route needs the admin key\.$"):
            gate().admit(access, bearer(CLIENT))


def test_without_a_configured_admin_key_admin_routes_are_closed():
    for headers in ({}, bearer(""), bearer(ADMIN)):
        with pytest.raises(Unauthenticated):
            gate(admin="").admit(Access.ADMIN, headers)


def test_on_loopback_client_routes_are_open_until_a_key_is_defined():
    assert gate(loopback=True, clients=()).admit(Access.CLIENT, {}) == NOBODY
    with pytest.raises(Unauthenticated):
        gate(loopback=True).admit(Access.CLIENT, {})


def test_whoever_comes_in_while_nobody_can_tell_whether_a_key_is_needed_is_not_known():
    gatekeeper = Gatekeeper(True, lambda: key_hash(ADMIN), lambda _: None, lambda: None)
    for headers in ({}, bearer("any")):
        assert gatekeeper.admit(Access.CLIENT, headers) == Caller(admin=False, known=False)
    assert gatekeeper.admit(Access.CLIENT, bearer(ADMIN)) == Caller(admin=True)


def test_on_loopback_a_made_up_key_is_no_bar_where_none_is_needed_and_one_where_it_is():
    for headers in (bearer("wrong"), bearer(""), bearer("x" * 1_000_000), {"authorization": "Basic x"}):
        assert gate(loopback=True, clients=()).admit(Access.CLIENT, headers) == NOBODY
        with pytest.raises(Unauthenticated):
            gate(loopback=True).admit(Access.CLIENT, headers)


def test_on_loopback_admin_routes_still_need_the_key_and_operator_routes_do_not():
    with pytest.raises(Unauthenticated):
        gate(loopback=True, clients=()).admit(Access.ADMIN, {})
    assert gate(loopback=True).admit(Access.OPERATOR, {}) == NOBODY


@pytest.mark.parametrize(
    ("headers", "open_to_it"),
    [
        ({"host": "127.0.0.1:8080"}, True),
        ({"host": "localhost:8080", "origin": "http://localhost:8090"}, True),
        ({"host": "[::1]:8080", "origin": "http://127.0.0.1:8090"}, True),
        ({"host": "router:8080"}, True),
        ({"host": "192.168.1.7:8080"}, True),
        ({"host": "app.localhost", "origin": "http://app.localhost"}, True),
        ({"host": "127.0.0.1:8080", "origin": "https://evil.example"}, False),
        ({"host": "127.0.0.1:8080", "origin": "null"}, False),
        ({"host": "127.0.0.1:8080", "origin": "http://[broken"}, False),
        ({"host": "evil.example:8080"}, False),
        ({"host": "127.0.0.1.evil.example"}, False),
    ],
)
def test_what_is_open_on_loopback_is_not_open_to_the_pages_of_other_sites(headers: dict[str, str], open_to_it: bool):
    here = gate(loopback=True, clients=())
    for access in (Access.CLIENT, Access.OPERATOR):
        if open_to_it:
            assert here.admit(access, headers) == NOBODY
        else:
            with pytest.raises(Unauthenticated):
                here.admit(access, headers)
    assert here.admit(Access.OPERATOR, {**headers, **bearer(ADMIN)}).admin is not open_to_it
