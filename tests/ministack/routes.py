"""Enters the API's routes into a MiniStack that the template was deployed to: it makes the API and reads no routes.

    python -m tests.ministack.routes          (after `sam deploy --config-env local`)

They come from the transformed template's own table. Prints how the API is asked.
"""

from __future__ import annotations

import json
import os
import re
import sys
from collections.abc import Mapping

import boto3

from tests.support.template import transformed

STACK = "llm-router-local"
ADDRESS = "http://127.0.0.1:4566"


def enter_routes(gateway, resources: Mapping[str, str]) -> None:
    """Every route of the template, to the alias that it names; `resources` are physical ids by logical id."""
    api = resources["Api"]
    targets: dict[str, str] = {}
    for path, operations in transformed()["Resources"]["Api"]["Properties"]["Body"]["paths"].items():
        for method, operation in operations.items():
            uri = json.dumps(operation["x-amazon-apigateway-integration"]["uri"])
            alias = re.findall(r"\${(\w+Aliaslive)}", uri)[0]
            if alias not in targets:
                made = gateway.create_integration(
                    ApiId=api,
                    IntegrationType="AWS_PROXY",
                    IntegrationUri=resources[alias],
                    PayloadFormatVersion="2.0",
                )
                targets[alias] = f"integrations/{made['IntegrationId']}"
            key = path if path == "$default" else f"{method.upper()} {path}"
            gateway.create_route(ApiId=api, RouteKey=key, Target=targets[alias])


def main() -> int:
    """Enter them into the emulator at `AWS_ENDPOINT_URL`."""
    address = os.environ.get("AWS_ENDPOINT_URL", ADDRESS)
    session = boto3.Session("test", "test", region_name="us-east-1")
    found = session.client("cloudformation", endpoint_url=address).describe_stack_resources(StackName=STACK)
    resources = {each["LogicalResourceId"]: each["PhysicalResourceId"] for each in found["StackResources"]}
    gateway = session.client("apigatewayv2", endpoint_url=address)
    if not gateway.get_routes(ApiId=resources["Api"])["Items"]:
        enter_routes(gateway, resources)
    secrets = session.client("secretsmanager", endpoint_url=address)
    key = secrets.get_secret_value(SecretId=resources["AdminKey"])["SecretString"]
    print(f"The stack runs at {address}/_aws/execute-api/{resources['Api']}/$default, for example:\n")
    print(f"  curl '{address}/_aws/execute-api/{resources['Api']}/$default/route' \\")
    print(f"    -H {_quoted(f'x-api-key: {key}')} -H 'content-type: application/json' \\")
    print('    -d \'{"prompt": "Write a Python function to sort a list"}\'')
    return 0


def _quoted(text: str) -> str:
    return "'" + text.replace("'", "'\\''") + "'"


if __name__ == "__main__":
    sys.exit(main())
