"""The journal: what was appended is read back, whatever happens to the process or the disk."""

import ast
import contextlib
import errno
import itertools
import json
import os
import pickle
import random
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import zlib
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from skbayes import journal as _journal
from skbayes._trials import Asked, Closed, FoldScore, Scored
from skbayes.exceptions import JournalError, JournalLocked, JournalMismatch
from skbayes.journal import Journal, file, journal
from skbayes.journal.header import new_header
from skbayes.journal.records import event_of, line_of, parse, record_of
from skbayes.space import Point

fcntl = pytest.importorskip("fcntl", reason="the locks of Windows are others")

DATA = Path(__file__).parents[1] / "data"
HEADER = {"fingerprint": {"cv": "2 folds", "X": "sha256:1"}, "seed": 7}


def score(value, error=None):
    return FoldScore({"score": value}, None, 0.25, 0.125, error)


def search(n_candidates=10, n_folds=2):
    """Return the events of a small search."""
    events = []
    for i in range(n_candidates):
        events.append(Asked(i, Point(i % 2, (i / 7, i))))
        events += [Scored(i, f, score(i + f / 3)) for f in range(n_folds)]
    return events


EVENTS = search()


def write(path, events):
    with Journal.open(path, header=HEADER) as opened:
        for number, event in enumerate(events):
            opened.append(event, elapsed=number / 2)


def read(path):
    with Journal.open(path, header=HEADER) as opened:
        return opened.events


@pytest.fixture
def _no_sync(monkeypatch):
    """Do not wait for the disk where thousands of files are written."""
    monkeypatch.setattr(file, "call", Calls())


class Calls:
    """Stands in for the operating system, and does what it is told but for waiting."""

    def __init__(self):
        self.names = []

    def __call__(self, function, *args, **kwargs):
        self.names.append(function.__name__)
        if function in (os.fsync, os.fdatasync):
            return None
        return function(*args, **kwargs)


# What is written is what is read.


def test_events_are_read_back(tmp_path):
    path = tmp_path / "search.journal"
    write(path, EVENTS)
    with Journal.open(path, header=HEADER) as opened:
        assert opened.events == EVENTS
        assert opened.elapsed == (len(EVENTS) - 1) / 2
        assert opened.header["seed"] == 7
    assert os.listdir(tmp_path) == ["search.journal"]


def test_a_search_goes_on_where_it_was(tmp_path):
    path = tmp_path / "j"
    for start in range(0, len(EVENTS), 4):
        with Journal.open(path, header=HEADER) as opened:
            assert opened.events == EVENTS[:start]
            for event in EVENTS[start : start + 4]:
                opened.append(event)


def test_the_end_of_a_trial_follows_from_the_rest(tmp_path):
    write(tmp_path / "j", [Asked(0, Point(0, ())), Closed(0)])
    assert read(tmp_path / "j") == [Asked(0, Point(0, ()))]


def test_the_seed_is_that_of_the_beginning(tmp_path):
    path = tmp_path / "j"
    write(path, [])
    with Journal.open(path, header={**HEADER, "seed": 8}) as opened:
        assert opened.header["seed"] == 7
        assert Journal.read(path)[0]["seed"] == 7


numbers = st.floats() | st.sampled_from([0.1, -0.0, 5e-324])
texts = st.text() | st.text(st.characters(categories=["Cs"]), max_size=3)
codes = st.floats(allow_nan=False, allow_infinity=False) | st.integers() | st.integers(-(10**40))
metrics = st.dictionaries(texts, numbers, max_size=3)
asked = st.builds(
    Asked, st.just(0), st.builds(Point, st.integers(0, 9), st.lists(codes, max_size=5).map(tuple))
)
scores = st.builds(FoldScore, metrics, st.none() | metrics, numbers, numbers, st.none() | texts)


@given(asked, st.lists(scores, max_size=4), numbers)
def test_any_event_is_read_back(first, fold_scores, elapsed):
    events = [first, *(Scored(0, fold, value) for fold, value in enumerate(fold_scores))]
    with tempfile.TemporaryDirectory() as folder, pytest.MonkeyPatch.context() as patch:
        patch.setattr(file, "call", Calls())
        path = Path(folder, "j")
        with Journal.open(path, header=HEADER) as opened:
            for event in events:
                opened.append(event, elapsed)
        with Journal.open(path, header=HEADER) as opened:
            # By text, since a nan is not equal to itself and 0.0 is to -0.0 and 0.
            assert repr(opened.events) == repr(events)
            assert repr(opened.elapsed) == repr(elapsed if fold_scores else 0.0)


@pytest.mark.parametrize(
    "code",
    [2**64, -(2**64), 2**20000, -(2**20000), 2**64 - 1],
    ids=lambda n: f"{n.bit_length()} bits",
)
def test_integers_of_any_length_are_read_back(code):
    event = Asked(0, Point(0, (code,)))
    found, _ = event_of(parse(line_of(record_of(event, 0.0))[:-1]))
    assert found == event
    assert type(found.point.codes[0]) is int


def test_old_journals_are_read_for_ever(tmp_path):
    path = tmp_path / "j"
    shutil.copy(DATA / "journal-v1.jsonl", path)
    header = {"fingerprint": {"X": "sha256:0", "search_spaces.C": "Real(0.1, 1.0)"}, "seed": 1}
    with pytest.warns(UserWarning, match=r"other versions: .*numpy 2\.4\.0 \(now"):
        opened = Journal.open(path, header=header)
    opened.close()
    assert opened.header["seed"] == 2147483648
    assert opened.elapsed == 12.5
    expected = [
        Asked(0, Point(0, (0.1, 3, 2**70))),
        Scored(0, 1, FoldScore({"a": 0.5, "b": -1e-300}, {"a": 1.0}, 0.25, 0.5)),
        Scored(0, 0, FoldScore({"a": float("nan"), "b": float("-inf")}, None, 0.0, 0.0)),
        Asked(1, Point(1, ())),
        Scored(1, 0, FoldScore({}, None, 1.5, 0.0, "ValueError: caf\xe9 \ud800\n")),
    ]
    assert repr(opened.events) == repr(expected)


# What cannot be.


def test_a_closed_journal_takes_nothing(tmp_path):
    with Journal.open(tmp_path / "j", header=HEADER) as opened:
        pass
    opened.close()
    with pytest.raises(ValueError, match="is closed"):
        opened.append(EVENTS[0])
    assert read(tmp_path / "j") == []


def test_another_fingerprint_is_refused(tmp_path):
    path = tmp_path / "j"
    write(path, EVENTS)
    before = path.read_bytes() + b"torn"
    path.write_bytes(before)
    other = {"fingerprint": {"cv": "3 folds", "y": "None", "X": "sha256:1"}, "seed": 7}
    with pytest.raises(JournalMismatch) as caught:
        Journal.open(path, header=other)
    assert isinstance(caught.value, ValueError)
    assert caught.value.keys == ("cv", "y")
    assert "cv was 2 folds, is 3 folds; y was not set, is None" in str(caught.value)
    assert "Name another file" in str(caught.value)
    assert path.read_bytes() == before
    assert read(path) == EVENTS


def test_other_versions_are_told_of_once(tmp_path, monkeypatch):
    path = tmp_path / "j"
    write(path, EVENTS)
    monkeypatch.setattr("numpy.__version__", "9.0")
    with pytest.warns(UserWarning, match=r"numpy .* \(now 9\.0\)") as caught:
        assert read(path) == EVENTS
    assert caught[0].filename == __file__
    assert read(path) == EVENTS


def in_capitals():
    """Return the line of a header whose checksum is the same number in capital letters."""
    for seed in range(100):
        line = line_of(new_header({**HEADER, "seed": seed}))
        if line[:8].upper() != line[:8]:
            return line[:8].upper() + line[8:]
    raise AssertionError("every checksum of a hundred was without a letter")


FOREIGN = {
    "empty": b"",
    "garbage": random.Random(0).randbytes(2000),
    "pickle": pickle.dumps({"C": [1, 2]}),
    "csv": b"C,score\n1,0.5\n",
    "json": b'{"k":"skbayes-journal","v":1}\n',
    "zeros": bytes(4096),
    "one line without an end": line_of(new_header(HEADER))[:-1],
    "half a header": line_of(new_header(HEADER))[:60],
    "a header in capitals": in_capitals(),
    "a later format": line_of({**new_header(HEADER), "v": 2}),
    "no seed": line_of({k: v for k, v in new_header(HEADER).items() if k != "seed"}),
    "no fingerprint": line_of({**new_header(HEADER), "fingerprint": ["cv"]}),
    "wild versions": line_of({**new_header(HEADER), "versions": {"numpy": 2}}),
}


@pytest.mark.parametrize("kind", FOREIGN)
def test_foreign_files_are_refused_and_left_alone(tmp_path, kind):
    path = tmp_path / "j"
    path.write_bytes(FOREIGN[kind])
    with pytest.raises(JournalError, match="this file is not a checkpoint of format 1") as caught:
        Journal.open(path, header=HEADER)
    assert caught.value.path == str(path)
    with pytest.raises(JournalError, match="this file is not a checkpoint of format 1"):
        Journal.read(path)
    assert path.read_bytes() == FOREIGN[kind]
    assert os.listdir(tmp_path) == ["j"]


def test_a_later_format_is_named(tmp_path):
    (tmp_path / "j").write_bytes(FOREIGN["a later format"])
    with pytest.raises(JournalError, match="it is a checkpoint of format 2"):
        Journal.open(tmp_path / "j", header=HEADER)


def test_paths_that_cannot_be_journals(tmp_path):
    with pytest.raises(IsADirectoryError, match="name a file in the folder") as caught:
        Journal.open(tmp_path, header=HEADER)
    assert caught.value.filename == str(tmp_path)
    with pytest.raises(FileNotFoundError, match="does not exist: make it first"):
        Journal.open(tmp_path / "none" / "j", header=HEADER)
    (tmp_path / "file").touch()
    with pytest.raises(NotADirectoryError, match="name another path"):
        Journal.open(tmp_path / "file" / "j", header=HEADER)
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(OSError, match="not a regular file"):
        Journal.open(tmp_path / "pipe", header=HEADER)
    with pytest.raises(OSError, match="cannot be used"):
        Journal.open(tmp_path / ("j" * 300), header=HEADER)
    assert sorted(os.listdir(tmp_path)) == ["file", "pipe"]


@pytest.mark.parametrize("function", ["open"])
def test_files_that_may_not_be_written(tmp_path, monkeypatch, function):
    # A user who may do anything meets no such file: the refusal is made up here.
    path = tmp_path / "j"
    write(path, [])
    monkeypatch.setattr(file, "call", Fault(2, mode="error", code=errno.EACCES))
    with pytest.raises(PermissionError, match="change the permissions") as caught:
        Journal.open(path, header=HEADER)
    assert caught.value.filename == str(path)


def test_a_link_to_nowhere_gets_its_file(tmp_path):
    (tmp_path / "link").symlink_to(tmp_path / "j")
    write(tmp_path / "link", EVENTS)
    assert read(tmp_path / "j") == EVENTS


# Damage.


def with_changes(tmp_path, data):
    path = tmp_path / "changed"
    path.write_bytes(data)
    return path


@pytest.mark.usefixtures("_no_sync")
def test_the_last_record_cut_at_every_byte_is_dropped(tmp_path):
    path = tmp_path / "j"
    write(path, EVENTS[:5])
    data = path.read_bytes()
    start = data[:-1].rindex(b"\n") + 1
    for end in range(start, len(data)):
        for tail in (b"", bytes(100)):
            path = with_changes(tmp_path, data[:end] + tail)
            assert read(path) == EVENTS[:4]
            # What was torn off is gone, and what follows is whole.
            write(path, EVENTS[4:5])
            assert read(path) == EVENTS[:5]


@pytest.mark.usefixtures("_no_sync")
def test_no_flipped_bit_is_ever_misread(tmp_path):
    path = tmp_path / "j"
    write(path, EVENTS[:5])
    data = path.read_bytes()
    last = data[:-1].rindex(b"\n") + 1
    refused = []
    flips = [(position, position % 8) for position in range(last)]
    flips += itertools.product(range(data[: last - 1].rindex(b"\n"), len(data)), range(8))
    for position, bit in flips:
        changed = bytearray(data)
        changed[position] ^= 1 << bit
        path = with_changes(tmp_path, changed)
        try:
            events = read(path)
        except JournalError as error:
            assert path.read_bytes() == changed
            record = data.count(b"\n", 0, position) + 1
            refused.append((record, str(error)))
        else:
            assert position >= last
            assert events == EVENTS[:4]
    assert len(refused) > last
    for record, message in refused:
        assert ("not a checkpoint" if record == 1 else f"record {record} of ") in message


@pytest.mark.usefixtures("_no_sync")
def test_the_remedy_for_a_damaged_record_works(tmp_path):
    path = tmp_path / "j"
    write(path, EVENTS[:5])
    lines = path.read_bytes().splitlines(keepends=True)
    path.write_bytes(b"".join([*lines[:3], lines[3].replace(b"0", b"1"), *lines[4:]]))
    with pytest.raises(JournalError, match=r"record 4 of 6 .*checksum.*delete line 4 and all"):
        read(path)
    path.write_bytes(b"".join(lines[:3]))
    assert read(path) == EVENTS[:2]


def signed(body):
    return b"%08x %s\n" % (zlib.crc32(body), body)


MALICIOUS = [
    pickle.dumps(os.system),
    b"[" * 100_000,
    b'{"k":' * 100_000,
    b"[]",
    b"{}",
    b"1" * 100_000,
    b'"ask"',
    b'{"k":"eval","i":1}',
    b'{"k":["ask"],"i":1}',
    b'{"k":"ask","i":1}',
    b'{"k":"ask","i":2,"b":0,"p":[]}',
    b'{"k":"ask","i":true,"b":0,"p":[]}',
    b'{"k":"ask","i":1.0,"b":0,"p":[]}',
    b'{"k":"ask","i":1,"b":0,"p":"12"}',
    b'{"k":"ask","i":1,"b":0,"p":{"1":2}}',
    b'{"k":"ask","i":1,"b":0,"p":[NaN]}',
    b'{"k":"ask","i":1,"b":0,"p":[Infinity]}',
    b'{"k":"ask","i":1,"b":0,"p":[1e999]}',
    b'{"k":"ask","i":1,"b":0,"p":[null]}',
    b'{"k":"ask","i":1,"b":0,"p":[[1]]}',
    b'{"k":"ask","i":1,"b":0,"p":["__import__(\'os\')"]}',
    b'{"k":"ask","i":1,"b":0,"p":[%s]}' % (b"9" * 5000),
    b'{"k":"ask","i":1,"b":0,"p":[],"\xff":0}',
    b'{"k":"fold","i":0,"f":0,"s":{"score":0.5},"ft":0.1,"st":0.1,"t":0.0}',
    b'{"k":"fold","i":0,"f":-1,"s":{"score":0.5},"ft":0.1,"st":0.1,"t":0.0}',
    b'{"k":"fold","i":-1,"f":1,"s":{"score":0.5},"ft":0.1,"st":0.1,"t":0.0}',
    b'{"k":"fold","i":0,"f":1,"s":{"score":"0.5"},"ft":0.1,"st":0.1,"t":0.0}',
    b'{"k":"fold","i":0,"f":1,"s":{"score":[]},"ft":0.1,"st":0.1,"t":0.0}',
    b'{"k":"fold","i":0,"f":1,"s":[0.5],"ft":0.1,"st":0.1,"t":0.0}',
    b'{"k":"fold","i":0,"f":1,"s":{},"r":1,"ft":0.1,"st":0.1,"t":0.0}',
    b'{"k":"fold","i":0,"f":1,"s":{},"ft":0.1,"st":0.1,"t":0.0,"e":{}}',
    b'{"k":"fold","i":0,"f":1,"s":{},"ft":0.1,"st":0.1}',
    b'{"k":"resume"}',
    b'{"k":"resume","versions":3}',
]


@pytest.mark.usefixtures("_no_sync")
@pytest.mark.parametrize("body", MALICIOUS, ids=lambda body: repr(body[:40]))
def test_malicious_records_are_refused(tmp_path, body):
    path = tmp_path / "j"
    write(path, EVENTS[:2])
    data = path.read_bytes() + signed(body)
    path.write_bytes(data)
    with pytest.raises(JournalError, match=r"record 4 of 4 is damaged"):
        read(path)
    assert path.read_bytes() == data


@pytest.mark.parametrize("module", sorted(Path(_journal.__file__).parent.glob("*.py")))
def test_nothing_that_is_read_can_run(module):
    tree = ast.parse(module.read_text(encoding="utf-8"))
    names = {node.id for node in ast.walk(tree) if isinstance(node, ast.Name)}
    names |= {
        part
        for node in ast.walk(tree)
        if isinstance(node, ast.Import | ast.ImportFrom)
        for alias in node.names
        for part in [*(getattr(node, "module", "") or "").split("."), *alias.name.split(".")]
    }
    wild = {"eval", "exec", "compile", "pickle", "cloudpickle", "dill", "joblib", "marshal", "yaml"}
    assert not names & {*wild, "shelve", "__import__", "load"}


# Faults of the operating system, at each of its calls.


class Crash(BaseException):
    """The process ends here: nothing of it runs after this."""


class Fault(Calls):
    """The k-th call fails.

    Parameters
    ----------
    k : int
    mode : {"error", "dead", "short", "crash"}
        The call raises; it and all that follow raise; a write is cut short; the process ends,
        within a write if it is one.
    code : int
        The error.
    """

    def __init__(self, k, mode, code=errno.EIO):
        super().__init__()
        self.k = k
        self.mode = mode
        self.code = code
        self.has_struck = False
        self.fds = []

    def __call__(self, function, *args, **kwargs):
        self.names.append(function.__name__)
        n_calls = len(self.names)
        if n_calls == self.k or (n_calls > self.k and self.mode in ("dead", "crash")):
            is_first, self.has_struck = not self.has_struck, True
            self.strike(function, args, is_first=is_first)
            if self.mode == "short" and function is os.write:
                return function(args[0], args[1][: len(args[1]) // 2])
        if function in (os.fsync, os.fdatasync):
            return None
        result = function(*args, **kwargs)
        if function is os.open:
            self.fds.append(result)
        return result

    def strike(self, function, args, *, is_first):
        if self.mode == "crash":
            if function is os.write and is_first:
                function(args[0], args[1][: len(args[1]) // 2])
            raise Crash
        if self.mode != "short":
            if function is os.close:
                function(*args)
            raise OSError(self.code, os.strerror(self.code))

    def end_process(self):
        """Do what the system does for a process that has ended."""
        for fd in self.fds:
            with contextlib.suppress(OSError):
                os.close(fd)


# Seconds between two waits for the disk: waiting for each record, and as it is.
INTERVALS = [-1.0, journal.SYNC_INTERVAL]


@pytest.mark.parametrize("interval", INTERVALS)
@pytest.mark.parametrize("mode", ["error", "dead", "short", "crash"])
@pytest.mark.parametrize("is_new", [True, False])
def test_every_call_that_can_fail(tmp_path, monkeypatch, mode, interval, is_new):
    """Whichever call fails, what was appended before is read back, and the search ends well."""
    monkeypatch.setattr(journal, "SYNC_INTERVAL", interval)
    for k in itertools.count(1):
        path = tmp_path / f"{k}" / "j"
        path.parent.mkdir()
        monkeypatch.setattr(file, "call", Calls())
        if not is_new:
            write(path, EVENTS[:3])
            path.write_bytes(path.read_bytes() + b"torn")
        fault = Fault(k, mode)
        monkeypatch.setattr(file, "call", fault)
        n_appended = 0 if is_new else 3
        named = str(path)
        try:
            with Journal.open(path, header=HEADER) as opened:
                assert opened.events == EVENTS[:n_appended]
                for event in EVENTS[n_appended:]:
                    opened.append(event)
                    n_appended += 1
        except OSError as error:
            named = error.filename
        except Crash:
            fault.end_process()
        assert named == str(path)
        monkeypatch.setattr(file, "call", Calls())
        with Journal.open(path, header=HEADER) as opened:
            n_read = len(opened.events)
            assert opened.events == EVENTS[:n_read]
            # A record can be whole though the process was told that it is not, or was not told.
            assert n_read in {n_appended, n_appended + (mode in ("crash", "dead"))}
            for event in EVENTS[n_read:]:
                opened.append(event)
        assert read(path) == EVENTS
        if not fault.has_struck:
            break
        if mode in ("error", "short"):
            assert len(os.listdir(path.parent)) <= 1 + (fault.names[k - 1] == "unlink")
    assert k > 30


@pytest.mark.parametrize("code", [errno.ENOSPC, errno.EDQUOT, errno.EIO])
def test_a_search_can_go_on_after_a_fault(tmp_path, monkeypatch, code):
    """An append that failed can be repeated: nothing of it is in the file."""
    path = tmp_path / "j"
    with Journal.open(path, header=HEADER) as opened:
        opened.append(EVENTS[0])
        for name in ("write", "fdatasync", "write"):
            # Cutting off what was written fails as well.
            monkeypatch.setattr(file, "call", Named({name: code, "ftruncate": code}))
            monkeypatch.setattr(journal, "SYNC_INTERVAL", -1.0)
            with pytest.raises(OSError, match="the checkpoint") as caught:
                opened.append(EVENTS[1])
            assert caught.value.errno == code
            assert caught.value.filename == str(path)
            monkeypatch.setattr(file, "call", Named({}))
        for event in EVENTS[1:]:
            opened.append(event)
    assert read(path) == EVENTS


class Named(Calls):
    """Calls of some names fail; of those that write, after a part."""

    def __init__(self, codes):
        super().__init__()
        self.codes = codes

    def __call__(self, function, *args, **kwargs):
        code = self.codes.get(function.__name__)
        if code is None:
            return super().__call__(function, *args, **kwargs)
        if function is os.write:
            function(args[0], args[1][:10])
        raise OSError(code, os.strerror(code))


@pytest.mark.parametrize("code", [errno.ENOLCK, errno.EOPNOTSUPP])
def test_file_systems_without_locks(tmp_path, monkeypatch, code):
    monkeypatch.setattr(file, "call", Named({"flock": code}))
    with pytest.warns(UserWarning, match="without locks") as caught:
        write(tmp_path / "j", EVENTS)
    assert caught[0].filename == __file__
    monkeypatch.undo()
    assert read(tmp_path / "j") == EVENTS


@pytest.mark.parametrize("code", [errno.EPERM, errno.EOPNOTSUPP])
def test_file_systems_without_hard_links(tmp_path, monkeypatch, code):
    path = tmp_path / "j"
    monkeypatch.setattr(file, "call", Named({"link": code}))
    write(path, EVENTS)
    assert read(path) == EVENTS
    assert os.listdir(tmp_path) == ["j"]
    with pytest.raises(FileExistsError):
        file.create(str(path), b"other")
    assert read(path) == EVENTS
    monkeypatch.setattr(file, "call", Named({"link": code, "replace": errno.EIO}))
    with pytest.raises(OSError, match="cannot be used"):
        write(tmp_path / "k", EVENTS)
    assert os.listdir(tmp_path) == ["j"]


def test_a_journal_that_there_is_needs_no_room_beside_it(tmp_path, monkeypatch):
    path = tmp_path / "j"
    write(path, EVENTS)
    monkeypatch.setattr(file, "call", Named({"link": errno.EACCES, "fsync": errno.EACCES}))
    assert read(path) == EVENTS


def test_of_two_that_make_a_journal_one_is_first(tmp_path, monkeypatch):
    path = tmp_path / "j"
    write(path, EVENTS)
    monkeypatch.setattr(journal.os.path, "exists", lambda _: False)
    assert read(path) == EVENTS
    assert os.listdir(tmp_path) == ["j"]


def syncs_of(tmp_path, monkeypatch, gap):
    calls = Calls()
    monkeypatch.setattr(file, "call", calls)
    now = itertools.count(0.0, gap)
    with Journal.open(tmp_path / "j", header=HEADER) as opened:
        monkeypatch.setattr(journal, "monotonic", lambda: next(now))
        calls.names.clear()
        for event in EVENTS:
            opened.append(event)
    return calls.names


@pytest.mark.parametrize(("gap", "low", "high"), [(0.0, 1, 2), (1.0, 30, 30), (0.01, 4, 8)])
def test_the_disk_is_waited_for_now_and_then(tmp_path, monkeypatch, gap, low, high):
    names = syncs_of(tmp_path, monkeypatch, gap)
    assert low <= names.count("fdatasync") <= high
    # In any case when the file is closed.
    assert names[-2:] == ["fdatasync", "close"]
    assert names.count("write") == len(EVENTS)


def test_an_interrupt_leaves_no_half_record(tmp_path, monkeypatch):
    path = tmp_path / "j"

    def interrupted(function, *args):
        if function is os.write:
            function(args[0], args[1][:10])
            raise KeyboardInterrupt
        return function(*args)

    with Journal.open(path, header=HEADER) as opened:
        opened.append(EVENTS[0])
        monkeypatch.setattr(file, "call", interrupted)
        with pytest.raises(KeyboardInterrupt):
            opened.append(EVENTS[1])
        monkeypatch.undo()
        opened.append(EVENTS[1])
    assert read(path) == EVENTS[:2]


# Owners.


def test_one_process_owns_a_journal_once(tmp_path):
    path = tmp_path / "j"
    with Journal.open(path, header=HEADER) as opened:
        with pytest.raises(JournalLocked, match=f"process {os.getpid()} on") as caught:
            Journal.open(path, header=HEADER)
        assert (caught.value.pid, caught.value.host) == (os.getpid(), socket.gethostname())
        opened.append(EVENTS[0])
    assert read(path) == EVENTS[:1]


def test_locks_that_tell_no_owner(tmp_path):
    path = tmp_path / "j"
    path.write_bytes(b"something else")
    with open(path, "rb") as other:
        fcntl.flock(other, fcntl.LOCK_EX)
        with pytest.raises(JournalLocked, match="another search"):
            Journal.open(path, header=HEADER)


def test_errors_travel_between_processes():
    for error in (
        JournalError("j", "why"),
        JournalMismatch("j", "why", ("cv",)),
        JournalLocked("j", 3, "host"),
    ):
        copy = pickle.loads(pickle.dumps(error))
        assert (str(copy), vars(copy)) == (str(error), vars(error))


OWNER = """
import os, sys, time
from skbayes.journal import Journal
from skbayes._trials import Asked
from skbayes.space import Point
header = {"fingerprint": {"cv": "2 folds", "X": "sha256:1"}, "seed": 7}
opened = Journal.open(sys.argv[1], header=header)
opened.append(Asked(len(opened.events), Point(0, ())))
child = os.fork() if sys.argv[2:] == ["fork"] else 0
if child or sys.argv[2:] != ["fork"]:
    print(child, flush=True)
time.sleep(600)
"""


def start_owner(path, *arguments):
    owner = subprocess.Popen(
        [sys.executable, "-c", OWNER, str(path), *arguments], stdout=subprocess.PIPE, text=True
    )
    return owner, int(owner.stdout.readline())


def kill(owner):
    owner.kill()
    owner.wait()
    owner.stdout.close()


def test_another_process_is_told_who_owns_a_journal_until_it_is_killed(tmp_path):
    path = tmp_path / "j"
    for n_events in (1, 2):
        owner, _ = start_owner(path)
        try:
            with pytest.raises(JournalLocked) as caught:
                Journal.open(path, header=HEADER)
            assert (caught.value.pid, caught.value.host) == (owner.pid, socket.gethostname())
        finally:
            kill(owner)
        assert len(read(path)) == n_events


def is_locked(path):
    try:
        read(path)
    except JournalLocked:
        return True
    return False


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")
def test_forked_workers_do_not_keep_a_journal(tmp_path):
    path = tmp_path / "j"
    owner, child = start_owner(path, "fork")
    try:
        with pytest.raises(JournalLocked):
            Journal.open(path, header=HEADER)
        kill(owner)
        os.kill(child, 0)
        # The child may have been born, and not yet have run.
        deadline = time.monotonic() + 60
        while is_locked(path):
            assert time.monotonic() < deadline
            time.sleep(0.01)
        assert len(read(path)) == 1
    finally:
        os.kill(child, signal.SIGKILL)


KILLS = """
import os, random, signal, sys, time
from skbayes.journal import Journal
from skbayes._trials import Asked
from skbayes.space import Point
header = {"fingerprint": {"cv": "2 folds", "X": "sha256:1"}, "seed": 7}
path, rng, n_before, n_kills = sys.argv[1], random.Random(0), 0, 0
while n_kills < 40 or n_before <= 100:  # on a busy machine a child may not even begin
    n_kills += 1
    receiver, sender = os.pipe()
    child = os.fork()
    if not child:
        opened = Journal.open(path, header=header)
        for i in range(n_before, 10**6):
            opened.append(Asked(i, Point(0, (i / 7,) * 50)))
            os.write(sender, b".")
    os.close(sender)
    time.sleep(rng.uniform(0.0, 0.02))
    os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)
    n_told = n_before
    while part := os.read(receiver, 2**16):
        n_told += len(part)
    os.close(receiver)
    with Journal.open(path, header=header) as opened:
        n_read = len(opened.events)
        assert n_read in (n_told, n_told + 1), (n_read, n_told)
        assert all(event.point.codes[0] == i / 7 for i, event in enumerate(opened.events))
    n_before = n_read
"""


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")
def test_a_process_that_is_killed_at_any_instant_loses_nothing(tmp_path):
    command = [sys.executable, "-c", KILLS, str(tmp_path / "j")]
    run = subprocess.run(command, capture_output=True, text=True)
    assert run.returncode == 0, run.stderr


FULL_DISK = """
import errno, resource, sys
from skbayes.journal import Journal
from skbayes._trials import Asked, FoldScore, Scored
from skbayes.space import Point
header = {"fingerprint": {"cv": "2 folds", "X": "sha256:1"}, "seed": 7}
path = sys.argv[1]
fold = Scored(0, 0, FoldScore({}, None, 0.0, 0.0, "x" * 5000))
with Journal.open(path, header=header) as opened:
    opened.append(Asked(0, Point(0, ())))
    before = open(path, "rb").read()
    _, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    for limit in (len(before) + 1000, len(before)):  # a part can be written, or nothing
        resource.setrlimit(resource.RLIMIT_FSIZE, (limit, hard))
        try:
            opened.append(fold)
        except OSError as error:
            assert error.errno in (errno.ENOSPC, errno.EFBIG), error
            assert error.filename == path and "no space" in str(error), error
        else:
            raise AssertionError("no error")
        assert open(path, "rb").read() == before
    resource.setrlimit(resource.RLIMIT_FSIZE, (hard, hard))
    opened.append(fold)
with Journal.open(path, header=header) as opened:
    assert opened.events[1:] == [fold]
"""


def test_a_full_disk(tmp_path):
    command = [sys.executable, "-c", FULL_DISK, str(tmp_path / "j")]
    run = subprocess.run(command, capture_output=True, text=True)
    assert run.returncode == 0, run.stderr


def test_a_journal_is_plain_text(tmp_path):
    path = tmp_path / "j"
    write(path, [EVENTS[0], Scored(0, 0, score(0.5, "caf\xe9\n"))])
    for line in path.read_text(encoding="utf-8").splitlines():
        assert isinstance(json.loads(line[9:]), dict)


def test_what_is_known_beside_the_scores_is_read_back(tmp_path):
    """What has proposed a candidate and when, when a score arrived, and rounds: all optional."""
    asked = Asked(0, Point(0, ()), None, "model", 1.5)
    score = FoldScore({"a": 0.5}, None, 0.25, 0.5, None, rounds=17, is_dict=True)
    with Journal.open(tmp_path / "j", header=HEADER) as opened:
        opened.append(asked, 9.0)
        opened.append(Scored(0, 0, score), 2.5)
    first, second = read(tmp_path / "j")
    assert (first.origin, first.at) == ("model", 1.5)
    assert (second.score.rounds, second.score.at, second.score.is_dict) == (17, 2.5, True)
