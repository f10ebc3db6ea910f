from __future__ import annotations

import sqlite3
import subprocess
import sys
import tempfile
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from collector.daemon import spool as spool_module
from collector.daemon.clock import Stamp
from collector.daemon.spool import Answer, Spool, Verdict
from collector.daemon.spool_file import Ledger
from tests.collector.fakes import NOON, STORED, FakeClock, put

REFUSED = Answer(Verdict.REFUSE, "rejected", "not a document")
KEEP = Answer(Verdict.KEEP)


def test_a_document_comes_back_as_it_was_put(spool: Spool, clock: FakeClock) -> None:
    spool.put("tristar", "tristar-1", clock.stamp(), '{"a":"ü"}')
    (document,) = spool.take()
    assert (document.family, document.device, document.recorded_at, document.clock, document.content) == (
        "tristar",
        "tristar-1",
        NOON,
        "synced",
        '{"a":"ü"}',
    )


def test_documents_come_in_the_order_of_making_whatever_their_times(spool: Spool, clock: FakeClock) -> None:
    numbers = [put(spool, clock) for _ in range(3)]
    clock.set_to(NOON - timedelta(days=300))
    numbers.append(put(spool, clock))
    assert [document.number for document in spool.take()] == numbers
    assert [document.number for document in spool.take(2)] == numbers[:2]


def test_an_accepted_document_is_gone_a_kept_one_stays_and_a_refused_one_is_a_dead_letter(
    spool: Spool, clock: FakeClock
) -> None:
    for content in ('{"n":1}', '{"n":2}', '{"n":3}'):
        put(spool, clock, content)
    first, second, third = spool.take()
    spool.settle([(first, STORED), (second, REFUSED), (third, KEEP)])
    assert spool.take() == [third]
    assert spool.dead_letters() == [(second, "not a document")]
    assert spool.ledger() == Ledger(made=3, sent=3, stored=1, rejected=1, waiting=1)


def test_a_document_is_counted_as_sent_once(spool: Spool, clock: FakeClock) -> None:
    put(spool, clock)
    for _ in range(3):
        spool.take()
    assert spool.ledger() == Ledger(made=1, sent=1, waiting=1)


def test_a_made_document_exists_once(spool: Spool, clock: FakeClock) -> None:
    stamp = clock.stamp()
    spool.put("bms", "bms", stamp, "{}")
    spool.put("bms", "bms", stamp, "{}")
    spool.put("bms", "other", stamp, "{}")
    assert [document.recorded_at - NOON for document in spool.take()] == [
        timedelta(0),
        timedelta(milliseconds=1),
        timedelta(0),
    ]


def test_notes_are_kept_with_the_document_and_across_a_restart(tmp_path: Path, clock: FakeClock) -> None:
    first = Spool(tmp_path / "spool.db")
    first.put("bms", "bms", clock.stamp(), "{}", {"day": "2019-12-03"})
    first.write_note("other", "1")
    first.write_note("other", "2")
    first.close()
    second = Spool(tmp_path / "spool.db")
    assert (second.note("day"), second.note("other"), second.note("none")) == ("2019-12-03", "2", None)
    second.close()


def test_a_full_spool_drops_the_oldest_and_counts_them(tmp_path: Path, clock: FakeClock) -> None:
    spool = Spool(tmp_path / "spool.db", max_bytes=200_000)
    numbers = [put(spool, clock, '{"x":"' + "x" * 5000 + '"}') for _ in range(100)]
    left = [document.number for document in spool.take(1000)]
    ledger = spool.ledger()
    assert left == numbers[-len(left) :]
    assert 20 < len(left) < 40
    assert ledger == Ledger(made=100, sent=len(left), dropped=100 - len(left), waiting=len(left))
    assert ledger.missing == 0
    assert spool.path.stat().st_size <= 200_000
    spool.close()


def test_a_document_dropped_on_its_way_is_not_counted_twice(tmp_path: Path, clock: FakeClock) -> None:
    spool = Spool(tmp_path / "spool.db", max_bytes=120_000)
    put(spool, clock, '{"x":"' + "x" * 5000 + '"}')
    on_the_way = spool.take()
    for _ in range(50):
        put(spool, clock, '{"x":"' + "x" * 5000 + '"}')
    spool.settle([(document, STORED) for document in on_the_way])
    ledger = spool.ledger()
    assert (ledger.stored, ledger.missing) == (0, 0)
    spool.close()


def test_dead_letters_are_bounded_and_the_newest_stay(
    spool: Spool, clock: FakeClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(spool_module, "DEAD_LETTERS", 3)
    numbers = [put(spool, clock) for _ in range(10)]
    spool.settle([(document, REFUSED) for document in spool.take()])
    assert [document.number for document, _ in spool.dead_letters()] == numbers[-3:]
    assert spool.ledger().rejected == 10


def test_dead_letters_make_room_before_anything_is_dropped(tmp_path: Path, clock: FakeClock) -> None:
    spool = Spool(tmp_path / "spool.db", max_bytes=200_000)
    for _ in range(20):
        put(spool, clock, '{"x":"' + "x" * 5000 + '"}')
    spool.settle([(document, REFUSED) for document in spool.take()])
    for _ in range(20):
        put(spool, clock, '{"x":"' + "x" * 5000 + '"}')
    assert (spool.ledger().dropped, spool.waiting()) == (0, 20)
    assert len(spool.dead_letters()) < 20
    spool.close()


def test_a_damaged_file_is_put_aside_and_a_new_one_begun(
    tmp_path: Path, clock: FakeClock, caplog: pytest.LogCaptureFixture
) -> None:
    path = tmp_path / "spool.db"
    path.write_bytes(b"SQLite format 3\0" + b"\xa5" * 8192)
    spool = Spool(path)
    put(spool, clock)
    assert spool.waiting() == 1
    assert (tmp_path / "spool.db.damaged-1").exists()
    assert "is damaged" in caplog.text
    spool.close()


def test_a_spool_that_cannot_be_opened_is_not_taken_for_damaged(tmp_path: Path) -> None:
    (tmp_path / "spool.db").mkdir()
    with pytest.raises(sqlite3.OperationalError):
        Spool(tmp_path / "spool.db")
    assert (tmp_path / "spool.db").is_dir()


def test_every_commit_is_on_the_disk_before_the_call_returns(spool: Spool) -> None:
    connection = spool._connection
    assert connection.execute("PRAGMA synchronous").fetchone() == (2,)
    assert connection.execute("PRAGMA journal_mode").fetchone() == ("wal",)


def test_unsynced_documents_of_the_held_boot_stay_back_and_block_what_was_made_after_them(spool: Spool) -> None:
    before, after = FakeClock(boot_id="boot-1"), FakeClock(boot_id="boot-2", is_set=False)
    put(spool, before)
    put(spool, after)
    after.set_to(NOON + timedelta(hours=1))
    put(spool, after)
    assert [document.clock for document in spool.take(held_boot="boot-2")] == ["synced"]
    assert [document.clock for document in spool.take()] == ["synced", "unsynced", "synced"]
    # All have been sent now: their times are frozen and nothing is held any more.
    assert len(spool.take(held_boot="boot-2")) == 3


def test_restoring_gives_the_time_of_making_and_touches_nothing_else(spool: Spool) -> None:
    earlier = FakeClock(NOON - timedelta(days=400), is_set=False, boot_id="boot-0")
    put(spool, earlier)
    clock = FakeClock(NOON - timedelta(days=90), is_set=False)
    put(spool, clock, '{"n":1}')
    spool.take()  # frozen from here on
    put(spool, clock, '{"n":2}')
    put(spool, clock, '{"n":3}')
    clock.set_to(NOON)
    put(spool, clock, '{"n":4}')
    assert spool.restore(clock.stamp()) == 2
    assert [(document.recorded_at, document.clock) for document in spool.take()] == [
        (NOON - timedelta(days=400), "unsynced"),
        (NOON - timedelta(days=90), "unsynced"),
        (NOON - timedelta(seconds=2), "restored"),
        (NOON - timedelta(seconds=1), "restored"),
        (NOON, "synced"),
    ]
    assert spool.restore(clock.stamp()) == 0


@pytest.mark.parametrize("shift_seconds", [-3, -1, 0, 1, 3])
def test_restoring_by_less_than_their_spacing_keeps_every_document_and_its_order(
    spool: Spool, shift_seconds: int
) -> None:
    clock = FakeClock(is_set=False)
    for _ in range(5):
        put(spool, clock)
    clock.set_to(clock.stamp().recorded_at + timedelta(seconds=shift_seconds))
    spool.restore(clock.stamp())
    assert [document.recorded_at for document in spool.take()] == [
        NOON + timedelta(seconds=second + shift_seconds) for second in range(5)
    ]


def test_a_killed_writer_leaves_whole_documents_in_order(tmp_path: Path) -> None:
    program = (
        "import sys\nfrom pathlib import Path\nfrom collector.daemon.spool import Spool\n"
        "from tests.collector.fakes import FakeClock, put\n"
        "spool, clock = Spool(Path(sys.argv[1])), FakeClock()\n"
        "while True:\n    print(put(spool, clock, '{\"x\":\"' + 'x' * 3000 + '\"}'), flush=True)\n"
    )
    path = tmp_path / "spool.db"
    with subprocess.Popen([sys.executable, "-c", program, str(path)], stdout=subprocess.PIPE, text=True) as writer:
        assert writer.stdout is not None
        told = [int(writer.stdout.readline()) for _ in range(20)]
        writer.kill()
        told += [int(text) for text in writer.stdout.read().split("\n")[:-1] if text]
    spool = Spool(path)
    found = [document.number for document in spool.take(10_000)]
    assert found[: len(told)] == told
    assert len(found) <= len(told) + 1
    assert spool.ledger().made == len(found)
    spool.close()


class Model:
    """The laws of the spool, said in a list."""

    def __init__(self) -> None:
        self.queue: list[str] = []
        self.counts = dict.fromkeys(("made", "stored", "rejected"), 0)


STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("put"), st.integers(1, 4)),
        st.tuples(st.just("drain"), st.lists(st.sampled_from(["stored", "rejected", "kept"]), max_size=4)),
        st.tuples(st.just("reopen"), st.just(0)),
    ),
    max_size=25,
)


@settings(max_examples=30, deadline=None)
@given(steps=STEPS)
def test_whatever_happens_the_spool_gives_back_in_order_and_loses_no_count(steps: list[tuple[str, object]]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "spool.db"
        spool, clock, model, made = Spool(path), FakeClock(), Model(), 0
        verdicts = {"stored": STORED, "rejected": REFUSED, "kept": KEEP}
        for kind, detail in steps:
            if kind == "put":
                assert isinstance(detail, int)
                for _ in range(detail):
                    put(spool, clock, f'{{"n":{made}}}')
                    model.queue.append(f'{{"n":{made}}}')
                    made += 1
            elif kind == "drain":
                assert isinstance(detail, list)
                documents = spool.take(len(detail)) if detail else []
                spool.settle([(doc, verdicts[word]) for doc, word in zip(documents, detail, strict=False)])
                for document, word in zip(documents, detail, strict=False):
                    if word != "kept":
                        model.queue.remove(document.content)
                        model.counts[word] += 1
            else:
                spool.close()
                spool = Spool(path)
            assert [document.content for document in spool.take(1000)] == model.queue
        ledger = spool.ledger()
        assert (ledger.made, ledger.stored, ledger.rejected) == (made, model.counts["stored"], model.counts["rejected"])
        assert (ledger.waiting, ledger.missing) == (len(model.queue), 0)
        spool.close()


@settings(max_examples=20, deadline=None)
@given(sizes=st.lists(st.integers(10, 20_000), max_size=60))
def test_whatever_is_put_the_file_stays_within_its_bound(sizes: list[int]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        spool, clock = Spool(Path(folder) / "spool.db", max_bytes=150_000), FakeClock()
        for size in sizes:
            put(spool, clock, '{"x":"' + "x" * size + '"}')
        assert spool.used_bytes() <= 150_000
        assert spool.ledger().missing == 0
        numbers = [document.number for document in spool.take(1000)]
        assert numbers == list(range(len(sizes) - len(numbers) + 1, len(sizes) + 1))
        spool.close()


def test_a_stamp_is_kept_to_the_millisecond(spool: Spool) -> None:
    stamp = Stamp(NOON + timedelta(milliseconds=123), "synced", "boot-1", 5.0)
    spool.put("bms", "bms", stamp, "{}")
    spool.put("bms", "bms", replace(stamp, recorded_at=NOON + timedelta(milliseconds=124)), "{}")
    assert [document.recorded_at.microsecond for document in spool.take()] == [123_000, 124_000]
