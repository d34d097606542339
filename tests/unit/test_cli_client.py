"""What the command line says when the service, its address or the key is not what it should be."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from click.testing import CliRunner

from llm_router.cli.__main__ import main
from llm_router.cli.client import REFUSED, UNREACHABLE, Client, Failed


@contextmanager
def answering(raw: bytes) -> Iterator[str]:
    """A service that answers one request with these bytes and closes the connection."""
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def answer() -> None:
            connection, _ = listener.accept()
            with connection:
                connection.recv(65536)
                connection.sendall(raw)

        thread = threading.Thread(target=answer)
        thread.start()
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"
        thread.join()


@pytest.mark.parametrize(
    "raw",
    [
        b"no status line\r\n\r\n",
        b"HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\nhalf",
        b"HTTP/1.1 500 Oh\r\ncontent-length: 100\r\n\r\nhalf",
        b"",
    ],
    ids=["no HTTP", "half an answer", "half a refusal", "nothing"],
)
def test_an_answer_that_is_none_is_told_in_one_sentence(raw: bytes):
    with answering(raw) as url, pytest.raises(Failed) as told:
        Client(url, "").get("/health")
    assert told.value.exit_code == UNREACHABLE
    assert told.value.message.startswith(f"The router does not answer at {url}")


@pytest.mark.parametrize("url", ["http://", "http://[::1", "http://two words", "http://127.0.0.1:port", "ftp://host"])
def test_an_address_that_is_none_is_told_in_one_sentence(url: str):
    with pytest.raises(Failed) as told:
        Client(url, "").get("/health")
    assert told.value.exit_code == UNREACHABLE
    assert "--url" in told.value.message


@pytest.mark.parametrize("key", ["ключ", "two words", "line\nbreak"])
def test_a_key_that_no_header_can_carry_is_told_as_that(key: str):
    with pytest.raises(Failed, match="printable ASCII") as told:
        Client("http://127.0.0.1:1", key).get("/health")
    assert told.value.exit_code == REFUSED


def test_health_tells_also_with_503_and_a_refusal_in_the_services_words():
    down = b"HTTP/1.1 503 No\r\ncontent-length: 2\r\n\r\n{}"
    with answering(down) as url:
        assert Client(url, "").get("/health") == b"{}"
    with answering(down) as url, pytest.raises(Failed, match="The service answered 503"):
        Client(url, "").get("/models")


def test_a_decision_is_named_by_ascii_letters_and_digits_alone():
    found = CliRunner().invoke(main, ["decisions", "\u0661\u0662"])
    assert (found.exit_code, "letters and digits" in found.output) == (REFUSED, True)


def test_a_terminal_that_lacks_a_character_is_shown_another():
    body = '{"status": "down", "version": "●", "components": []}'.encode()
    with answering(b"HTTP/1.1 503 No\r\ncontent-length: %d\r\n\r\n" % len(body) + body) as url:
        found = CliRunner(charset="ascii").invoke(main, ["--url", url, "status"])
    assert found.output.startswith("The router is down (?)")
    assert isinstance(found.exception, SystemExit)
