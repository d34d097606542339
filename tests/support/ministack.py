"""MiniStack on loopback: an AWS that deploys the template whole and runs its functions, each under its own role."""

from __future__ import annotations

import http.client
import json
import os
import subprocess
import tempfile
import time
import urllib.error
import urllib.request
import zipfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import boto3

from tests.ministack.routes import enter_routes
from tests.support.built import Built
from tests.support.loopback import free_port
from tests.support.service import Reply
from tests.support.template import ROOT, document

COMMAND = ROOT / ".build" / "ministack" / "bin" / "ministack"
REGION = "us-east-1"
STACK = "router"
ARTIFACTS = "artifacts"
START_S, DEPLOY_S = 60.0, 120.0


@dataclass(frozen=True)
class Emulator:
    """A running MiniStack."""

    port: int

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def client(self, service: str) -> Any:
        """A client of its account's owner, of any service: there are no type hints for that many."""
        session: Any = boto3.Session("test", "test", region_name=REGION)
        return session.client(service, endpoint_url=self.address)


@contextmanager
def emulator(*, roles: bool) -> Iterator[Emulator]:
    """One that answers by the time this yields and is gone when it returns.

    With `roles` a function may do what its role says and nothing else; without, everybody may do everything.
    """
    assert COMMAND.is_file(), "MiniStack is not installed: `make test` installs it."
    found = Emulator(free_port())
    environment = {
        "PATH": os.environ["PATH"],
        "HOME": os.environ.get("HOME", "/"),
        "AWS_ACCESS_KEY_ID": "test",
        "AWS_SECRET_ACCESS_KEY": "test",
        "AWS_DEFAULT_REGION": REGION,
        "BIND_HOST": "127.0.0.1",
        "GATEWAY_PORT": str(found.port),
        "AUTH": "true" if roles else "false",
    }
    process = subprocess.Popen([COMMAND], env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        _wait(found)
        yield found
    finally:
        process.terminate()
        process.wait(30)


def _wait(found: Emulator) -> None:
    until = time.monotonic() + START_S
    while not _answers(found):
        assert time.monotonic() < until, "MiniStack did not start."
        time.sleep(0.1)


def _answers(found: Emulator) -> bool:
    try:
        urllib.request.urlopen(f"{found.address}/_ministack/health", timeout=2).close()
    except (urllib.error.URLError, ConnectionError, TimeoutError):
        return False
    return True


@dataclass(frozen=True)
class Stack:
    """The deployed stack: its outputs, its resources by logical id, and its API."""

    emulator: Emulator
    outputs: Mapping[str, str]
    resources: Mapping[str, str]
    api: str
    admin_key: str

    def ask(self, method: str, path: str, body: object = None, *, key: str | None = None) -> Reply:
        """One HTTP request to the API, with the admin key unless another is given."""
        connection = http.client.HTTPConnection("127.0.0.1", self.emulator.port, timeout=60)
        headers = {"Host": f"{self.api}.execute-api.localhost", "content-type": "application/json"}
        bearer = self.admin_key if key is None else key
        headers |= {"authorization": f"Bearer {bearer}"} if bearer else {}
        try:
            connection.request(method, path, None if body is None else json.dumps(body), headers)
            answer = connection.getresponse()
            return Reply(answer.status, dict(answer.headers), answer.read())
        finally:
            connection.close()


def deploy(found: Emulator, built: Built) -> Stack:
    """Upload what was built, deploy the template as it is written, and read what came of it."""
    cloudformation = found.client("cloudformation")
    change = {"StackName": STACK, "ChangeSetName": "first"}
    cloudformation.create_change_set(
        **change,
        ChangeSetType="CREATE",
        TemplateURL=_packaged(found, built),
        Capabilities=["CAPABILITY_IAM", "CAPABILITY_AUTO_EXPAND"],
    )
    quick = {"Delay": 1, "MaxAttempts": int(DEPLOY_S)}
    cloudformation.get_waiter("change_set_create_complete").wait(**change, WaiterConfig=quick)
    cloudformation.execute_change_set(**change)
    cloudformation.get_waiter("stack_create_complete").wait(StackName=STACK, WaiterConfig=quick)
    (stack,) = cloudformation.describe_stacks(StackName=STACK)["Stacks"]
    resources = {
        resource["LogicalResourceId"]: resource["PhysicalResourceId"]
        for resource in cloudformation.describe_stack_resources(StackName=STACK)["StackResources"]
    }
    secrets = found.client("secretsmanager")
    admin_key = secrets.get_secret_value(SecretId=resources["AdminKey"])["SecretString"]
    enter_routes(found.client("apigatewayv2"), resources)
    outputs = {output["OutputKey"]: output["OutputValue"] for output in stack["Outputs"]}
    return Stack(found, outputs, resources, resources["Api"], admin_key)


def _packaged(found: Emulator, built: Built) -> str:
    """Address of the template, uploaded with the built folders as `sam deploy` does it: in a request it is too long.

    The bucket's policy is left out: it refuses what does not come over TLS, and MiniStack does not speak it here.
    """
    s3 = found.client("s3")
    s3.create_bucket(Bucket=ARTIFACTS)
    template = document()
    del template["Resources"]["BucketPolicy"]
    for name, resource in template["Resources"].items():
        properties = resource.get("Properties", {})
        if resource["Type"] == "AWS::Serverless::Function":
            properties["CodeUri"] = _uploaded(s3, built.code(Path(properties["CodeUri"]).name), name)
        if resource["Type"] == "AWS::Serverless::LayerVersion":
            properties["ContentUri"] = _uploaded(s3, built.layer(name), name)
    s3.put_object(Bucket=ARTIFACTS, Key="template.json", Body=json.dumps(template).encode())
    return f"{found.address}/{ARTIFACTS}/template.json"


def _uploaded(s3, folder: Path, name: str) -> str:
    with tempfile.TemporaryFile() as archive:
        with zipfile.ZipFile(archive, "w", zipfile.ZIP_STORED) as zipped:
            for path in folder.rglob("*"):
                if path.is_file():
                    zipped.write(path, path.relative_to(folder))
        archive.seek(0)
        s3.upload_fileobj(archive, ARTIFACTS, f"{name}.zip")
    return f"s3://{ARTIFACTS}/{name}.zip"
