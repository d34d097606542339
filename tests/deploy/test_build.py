"""What SAM builds answers from the built folders alone, under AWS's own runtime client, against an AWS on loopback."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import boto3
import pytest

from classifier.manifest import verified_manifest
from llm_router.local.events import HttpRequest, http_event
from tests.support.aws import BUCKET, REGION, TABLE, create_resources, moto_server
from tests.support.built import LAYERS, Built, architecture, build
from tests.support.loopback import HOST
from tests.support.runtime_api import RuntimeApi, runtime_api
from tests.support.template import ROOT, document, environment, layers

ADMIN_KEY = "built-admin-key"
CEILING_BYTES = 250_000_000
"""Lambda's limit for a function and all its layers, unzipped."""

REQUESTS = [
    ("RouteFunction", "GET", "/healthz", None),
    ("RouteFunction", "POST", "/route", {"prompt": "Write a Python function to sort a list"}),
    ("ClassifyFunction", "POST", "/classify", {"prompt": "Write a short poem about the sea"}),
    ("ClassifyFunction", "GET", "/info", None),
    ("IngestFunction", "GET", "/models", None),
    ("IngestFunction", "GET", "/status", None),
    ("DashboardFunction", "GET", "/", None),
    ("DashboardFunction", "GET", "/dashboard/data", None),
    ("DashboardFunction", "GET", "/openapi.json", None),
]


@pytest.fixture(scope="module")
def built() -> Built:
    return build()


@pytest.fixture(scope="module")
def aws_address() -> Iterator[str]:
    """An AWS with the template's table, bucket and secrets."""
    with moto_server() as port, pytest.MonkeyPatch.context() as patch:
        address = f"http://{HOST}:{port}"
        patch.setenv("AWS_DEFAULT_REGION", REGION)
        patch.setenv("AWS_ACCESS_KEY_ID", "testing")
        patch.setenv("AWS_SECRET_ACCESS_KEY", "testing")
        create_resources(address)
        secrets = boto3.client("secretsmanager", endpoint_url=address)
        secrets.create_secret(Name="AdminKey", SecretString=ADMIN_KEY)
        secrets.create_secret(Name="HashSecret", SecretString="built-hash-secret")
        yield address


@contextmanager
def running(built: Built, function: str, aws_address: str) -> Iterator[RuntimeApi]:
    """One function as Lambda starts it: its own environment and nothing of this one's."""
    code = built.code(function.removesuffix("Function").lower())
    with runtime_api() as api:
        process = subprocess.Popen(
            # Without this environment's own packages: what the built folders lack is not there.
            [sys.executable, "-S", "-m", "awslambdaric", "app.handler"],
            cwd=code,
            env={
                "PATH": os.environ["PATH"],
                "PYTHONPATH": built.search_path(code.name, layers(function)),
                "LAMBDA_TASK_ROOT": str(code),
                "AWS_LAMBDA_RUNTIME_API": api.address,
                "AWS_LAMBDA_FUNCTION_NAME": function,
                "AWS_REGION": REGION,
                "AWS_DEFAULT_REGION": REGION,
                "AWS_ACCESS_KEY_ID": "testing",
                "AWS_SECRET_ACCESS_KEY": "testing",
                **environment(function, {"Table": TABLE, "Bucket": BUCKET}),
                "AWS_ENDPOINT_URL": aws_address,
            },
        )
        try:
            yield api
        finally:
            process.kill()
            process.wait()


def asked(method: str, path: str, body: object) -> object:
    """The event of a request with the admin key."""
    raw = b"" if body is None else json.dumps(body).encode()
    headers = [("content-type", "application/json"), ("authorization", f"Bearer {ADMIN_KEY}")]
    request = HttpRequest(method, path, "", headers, raw, "127.0.0.1")
    return http_event(request, route_key=path, path_parameters={}, request_id="built", now=time.time())


@pytest.mark.parametrize("function", sorted({function for function, *_ in REQUESTS}))
def test_every_function_answers_from_its_built_folders_alone_and_writes_nothing_there(
    built: Built, aws_address: str, function: str
):
    before = built.files()
    with running(built, function, aws_address) as api:
        for _, method, path, body in (request for request in REQUESTS if request[0] == function):
            _, result = api.invoke(asked(method, path, body))
            assert isinstance(result, dict)
            assert result["statusCode"] == 200, result
            if path == "/route":
                assert "ml_model" not in json.loads(result["body"])["degraded"]
    assert built.files() == before


def test_the_schedule_reaches_the_built_ingest_function(built: Built, aws_address: str):
    event = {"source": "aws.scheduler", "id": "one", "detail-type": "Scheduled Event", "detail": {}}
    with running(built, "IngestFunction", aws_address) as api:
        _, result = api.invoke(event)
    assert isinstance(result, dict)
    assert set(result) == {"catalogue_version", "changed", "refused", "not_exported"}


def test_the_built_model_is_whole_and_for_this_processor(built: Built):
    manifest = verified_manifest(built.layer("ModelLayer") / "python" / "classifier" / "artifacts")
    assert manifest.target == architecture()
    assert manifest.adapted


def test_a_function_with_all_its_layers_is_far_below_lambdas_ceiling(built: Built):
    size = sum(path.stat().st_size for name in LAYERS for path in built.layer(name).rglob("*") if path.is_file())
    assert size < 0.7 * CEILING_BYTES


def test_two_layers_never_hold_the_same_file(built: Built):
    held = [
        {path.relative_to(built.layer(name)) for path in built.layer(name).rglob("*") if path.is_file()}
        for name in LAYERS
    ]
    assert held[0] & held[1] == set()


def test_every_module_is_compiled_and_nothing_is_there_that_never_runs(built: Built):
    for folder in (built.folder / "functions", built.folder / "layers"):
        for source in folder.rglob("*.py"):
            assert list((source.parent / "__pycache__").glob(f"{source.stem}.*.pyc")), source
        assert not [path for pattern in ("*.pth", "*.pyi", "RECORD") for path in folder.rglob(pattern)]
    site = built.layer("SharedLayer") / "python" / "llm_router"
    assert not (site / "local").exists()


def test_the_layers_hold_neither_boto3_nor_training_code(built: Built):
    names = {path.name for name in LAYERS for path in (built.layer(name) / "python").iterdir()}
    assert names.isdisjoint({"boto3", "botocore", "training", "pip", "pytest"})


def test_what_a_release_is_made_from_is_noted_in_every_functions_code(built: Built):
    noted = {(built.code(name) / "RELEASE").read_text() for name in ("route", "classify", "ingest", "dashboard")}
    assert len(noted) == 1
    assert len(noted.pop().strip()) == 64


def test_sam_finds_a_target_for_everything_that_it_builds(tmp_path: Path):
    for name, resource in document()["Resources"].items():
        if resource.get("Metadata", {}).get("BuildMethod") == "makefile":
            properties = resource["Properties"]
            source = properties.get("ContentUri") or resource["Metadata"]["ContextPath"]
            makefile = ROOT / source / "Makefile"
            command = ["make", "--dry-run", "--makefile", str(makefile), f"build-{name}", f"ARTIFACTS_DIR={tmp_path}"]
            assert subprocess.run(command, cwd=tmp_path, capture_output=True, check=False).returncode == 0, name
