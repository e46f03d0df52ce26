"""The lock files: everything with its hash, nothing of where it came from, and both the same versions."""

import re
import tomllib
from pathlib import Path

import pytest

from occtosite.install import CONTAINS

ROOT = Path(__file__).parents[1]
LOCKS = ["requirements.txt", "requirements-test.txt"]


def locked(name: str) -> dict[str, str]:
    return dict(re.findall(r"^([a-z0-9.-]+)==(\S+) \\$", (ROOT / name).read_text(), flags=re.MULTILINE))


@pytest.mark.parametrize("name", LOCKS)
def test_a_lock_holds_versions_hashes_and_reasons_alone(name: str) -> None:
    allowed = re.compile(r"[a-z0-9.-]+==\S+ \\|    --hash=sha256:[0-9a-f]{64}( \\)?|    #( +via)?( +[a-z0-9 ().-]+)?")
    strange = [line for line in (ROOT / name).read_text().splitlines() if not allowed.fullmatch(line)]
    assert strange == []


def test_the_test_lock_installs_the_sites_own_versions() -> None:
    assert CONTAINS == {"requirements-test.txt": ["requirements.txt"]}
    assert locked("requirements.txt").items() <= locked("requirements-test.txt").items()


def test_every_dependency_that_is_declared_is_locked() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    for name, declared in (
        ("requirements.txt", project["dependencies"]),
        ("requirements-test.txt", project["dependencies"] + project["optional-dependencies"]["test"]),
    ):
        names = {re.split(r"[\[<>=~]", dependency)[0] for dependency in declared}
        assert names <= locked(name).keys()
