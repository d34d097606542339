"""AWS clients that connect within one time-out. That of botocore holds for each address of a host."""

from __future__ import annotations

import contextlib
import socket
from typing import TYPE_CHECKING, cast

from botocore.awsrequest import (
    AWSHTTPConnection,
    AWSHTTPConnectionPool,
    AWSHTTPSConnection,
    AWSHTTPSConnectionPool,
)
from urllib3.exceptions import ConnectTimeoutError, NewConnectionError

from llm_router.adapters.connecting import addresses, connected

if TYPE_CHECKING:
    from botocore.client import BaseClient


def connect_in_time(client: BaseClient) -> None:
    """Has a client connect within its time-out once the name is looked up, however many addresses the host has.

    botocore has no public way to say so. Lambda's runtime brings a botocore of its own: one that is built otherwise
    keeps its time-out for each address, rather than that no function starts.
    """
    with contextlib.suppress(AttributeError):
        pools = client._endpoint.http_session._pool_classes_by_scheme  # type: ignore[attr-defined]
        pools.update(http=_PlainPool, https=_SecuredPool)


def _connection(asked: AWSHTTPConnection | AWSHTTPSConnection) -> socket.socket:
    """What urllib3 makes of a host's name, with its errors."""
    timeout_s = cast(float, asked.timeout)  # botocore always sets one
    try:
        connection = connected(addresses(asked._dns_host, asked.port), timeout_s)
    except TimeoutError as failure:
        raise ConnectTimeoutError(asked, "It did not take the connection in time.") from failure
    except OSError as failure:
        raise NewConnectionError(asked, f"There is no connection ({type(failure).__name__}).") from failure
    for option in asked.socket_options or ():
        connection.setsockopt(*option)
    connection.settimeout(timeout_s)
    return connection


class _Plain(AWSHTTPConnection):
    def _new_conn(self) -> socket.socket:
        return _connection(self)


class _Secured(AWSHTTPSConnection):
    def _new_conn(self) -> socket.socket:
        return _connection(self)


class _PlainPool(AWSHTTPConnectionPool):
    ConnectionCls = _Plain


class _SecuredPool(AWSHTTPSConnectionPool):
    ConnectionCls = _Secured
