"""The spool: what it kept is on the disk and whole, once for each token, or it was not kept (clauses S4 and S15)."""

import errno
import json
import os
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from django.conf import LazySettings
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from inquiries import sealing, spool, submissions
from inquiries.spool import SpoolError
from inquiries.submissions import Submission

ROOT = Path(__file__).parents[2]

STEPS = ["open", "write", "fsync", "link", "unlink", "fsync folder", "end"]
"""What putting a submission into the spool does, in order; `open` is the file beside its place."""


def create_submission(digest: str = "0" * 64, **changes: Any) -> Submission:
    submission = Submission(
        reference="23456-789CF",
        token_digest=digest,
        category="other",
        language="ja",
        channel="form",
        reply_by="email",
        publish_name=False,
        received_at=timezone.now(),
        sealed=sealing.seal({"name": "髙橋 﨑子"}, "inquiry/23456-789CF"),
    )
    return replace(submission, **changes)


@pytest.fixture
def folder(settings: LazySettings, tmp_path: Path) -> Path:
    path: Path = tmp_path / "spool"
    settings.SPOOL_DIR = path
    return path


@given(
    sealed=st.binary(),
    at=st.datetimes(timezones=st.timezones()),
    texts=st.tuples(st.text(), st.text()),
    version=st.none() | st.integers(min_value=0),
)
def test_a_submission_comes_back_as_it_was(
    sealed: bytes, at: Any, texts: tuple[str, str], version: int | None
) -> None:
    submission = create_submission(
        sealed=sealed, received_at=at, reference=texts[0], category=texts[1], policy_version=version
    )
    back = submissions.from_json(submissions.to_json(submission))
    assert back == submission
    assert back.received_at.utcoffset() == submission.received_at.utcoffset()


@given(st.binary() | st.recursive(st.none() | st.text(), lambda v: st.lists(v) | st.dictionaries(st.text(), v)).map(
    lambda value: json.dumps(value).encode()
))  # fmt: skip
def test_anything_else_is_no_submission(data: bytes) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 (whichever part of it is wrong)
        submissions.from_json(data)


def test_what_an_earlier_version_wrote_can_be_read() -> None:
    values = json.loads(submissions.to_json(create_submission()))
    del values["policy_version"]
    assert submissions.from_json(json.dumps(values).encode()).policy_version is None


def test_what_was_kept_is_found_by_its_token_alone(folder: Path) -> None:
    submission = create_submission()
    assert spool.append(submission) == submission
    assert spool.find("0" * 64) == submission
    assert spool.find("1" * 64) is None
    assert [spool.read(path) for path in spool.waiting()] == [submission]


def test_of_two_with_one_token_the_first_is_kept(folder: Path) -> None:
    first, second = create_submission(), create_submission(reference="22222-22222")
    spool.append(first)
    assert spool.append(second) == first
    assert [path.name for path in folder.iterdir()] == [f"{'0' * 64}.submission"]


def test_a_file_is_the_owner_s_alone_and_names_nobody(folder: Path) -> None:
    spool.append(create_submission())
    (path,) = spool.waiting()
    assert (path.stat().st_mode & 0o777, folder.stat().st_mode & 0o777) == (0o600, 0o700)
    assert "髙橋".encode() not in path.read_bytes()
    assert json.dumps("髙橋").encode() not in path.read_bytes()


def test_it_is_on_the_disk_before_it_is_kept(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The file is flushed before it gets its place, and the folder after: a power cut leaves a whole file or none."""
    seen: list[tuple[bool, bool]] = []
    fsync = os.fsync

    def look_on(descriptor: int) -> None:
        seen.append((os.path.isdir(f"/proc/self/fd/{descriptor}"), bool(spool.waiting())))  # noqa: PTH112 (a link)
        fsync(descriptor)

    monkeypatch.setattr(os, "fsync", look_on)
    spool.append(create_submission())
    assert seen == [(False, False), (True, True)]


def test_what_is_full_or_not_writable_keeps_nothing_and_says_so(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(descriptor: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(os, "fsync", full)
        with pytest.raises(SpoolError, match="No space left on device"):
            spool.append(create_submission())
    assert list(folder.iterdir()) == []
    folder.rmdir()
    folder.touch()
    with pytest.raises(SpoolError, match="let this user write there"):
        spool.append(create_submission())


def test_a_full_disk_breaks_no_file_in_the_middle(folder: Path) -> None:
    """A real limit on the size of files, in a process of its own, at every size that a submission could break at."""
    program = """
import resource, signal, sys
import django; django.setup()
from django.test import override_settings
from inquiries import spool
from tests.inquiries.test_spool import create_submission
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
submission, results = create_submission(sealed=b"x" * 3000), []
for size in range(0, 4000, 500):
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, resource.RLIM_INFINITY))
    try:
        spool.append(submission)
    except spool.SpoolError:
        results.append(spool.find(submission.token_digest) is None)
resource.setrlimit(resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
print(results, list(spool._files()), spool.append(submission) == submission)
"""
    assert run(program, folder).stdout == f"{[True] * 8} [] True\n"


def test_a_torn_file_is_no_submission_and_gives_its_place_to_a_whole_one(folder: Path) -> None:
    submission = create_submission()
    spool.append(submission)
    (path,) = spool.waiting()
    data = path.read_bytes()
    for torn in (b"", data[:-1], data[: len(data) // 2], data[:70] + b"\0" + data[71:], data[64:]):
        path.write_bytes(torn)
        assert spool.find("0" * 64) is None
        with pytest.raises(spool.TornError):
            spool.read(path)
    assert spool.append(submission) == submission
    assert spool.find("0" * 64) == submission


def test_the_oldest_comes_first(folder: Path) -> None:
    for number, digest in enumerate("210"):
        spool.append(create_submission(digest * 64))
        os.utime(folder / f"{digest * 64}.submission", (number, number))
    assert [path.name[0] for path in spool.waiting()] == ["2", "1", "0"]


def test_what_was_never_finished_is_removed_after_an_hour(folder: Path) -> None:
    spool.append(create_submission())
    young, old = folder / ".young.unfinished", folder / ".old.unfinished"
    young.touch()
    old.touch()
    os.utime(old, (time.time() - 3601,) * 2)
    spool.sweep()
    assert sorted(path.name for path in folder.iterdir()) == [".young.unfinished", f"{'0' * 64}.submission"]


def test_many_processes_with_one_token_leave_one_file_and_agree(folder: Path) -> None:
    program = """
import sys
import django; django.setup()
from inquiries import spool
from tests.inquiries.test_spool import create_submission
print("ready", flush=True)
sys.stdin.readline()
for token in range(50):
    print(spool.append(create_submission(f"{token:064x}", reference=sys.argv[1])).reference, flush=True)
"""
    processes = [start(program, folder, f"{number}") for number in range(4)]
    for process in processes:
        assert process.stdout
        assert process.stdout.readline() == "ready\n"
    told = [process.communicate("go\n", timeout=60)[0].split() for process in processes]
    assert [len(references) for references in told] == [50] * 4
    kept = [spool.read(folder / f"{token:064x}.submission").reference for token in range(50)]
    assert told == [kept] * 4
    assert len(list(folder.iterdir())) == 50


def test_killed_at_any_step_it_kept_a_whole_file_or_none(folder: Path) -> None:
    """Whoever was told "received" has it; whoever sends again after a kill is one. Each step is killed in a fork."""
    program = """
import os, pathlib, signal
import django; django.setup()
from inquiries import spool
from tests.inquiries.test_spool import STEPS, create_submission
def die_at(wanted):
    calls = []
    def guard(holder, name, *steps):
        real = getattr(holder, name)
        def call(*arguments, **options):
            calls.append(name)
            if steps[min(calls.count(name), len(steps)) - 1] == wanted:
                os.kill(os.getpid(), signal.SIGKILL)
            return real(*arguments, **options)
        setattr(holder, name, call)
    guard(os, "open", "open", "")
    guard(os, "fdopen", "write", "")
    guard(os, "fsync", "fsync", "fsync folder")
    guard(pathlib.Path, "hardlink_to", "link")
    guard(pathlib.Path, "unlink", "unlink")
    spool.append(create_submission(f"{STEPS.index(wanted):064x}"))
    print(wanted, "received", flush=True)
    os.kill(os.getpid(), signal.SIGKILL)
for step in STEPS:
    child = os.fork()
    if not child:
        die_at(step)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == -signal.SIGKILL
"""
    assert run(program, folder).stdout == "end received\n"
    for number, step in enumerate(STEPS):
        kept = spool.find(f"{number:064x}")
        assert (kept is not None) == (step in STEPS[STEPS.index("unlink") :]), step
        again = spool.append(create_submission(f"{number:064x}"))
        assert spool.find(f"{number:064x}") == (kept or again) == again
    assert len(spool.waiting()) == len(STEPS)


def start(program: str, folder: Path, *arguments: str) -> "subprocess.Popen[str]":
    environment = os.environ | {"DJANGO_SETTINGS_MODULE": "occtosite.settings", "SPOOL_DIR": str(folder)}
    return subprocess.Popen(
        [sys.executable, "-c", program, *arguments],
        cwd=ROOT,
        env=environment,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def run(program: str, folder: Path) -> "subprocess.CompletedProcess[str]":
    process = start(program, folder)
    out, log = process.communicate(timeout=60)
    assert process.returncode == 0, log
    return subprocess.CompletedProcess(process.args, process.returncode, out, log)
