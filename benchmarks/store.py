"""The store: documents in, frames out, on a fresh SQLite file with thirty days of a battery and two controllers."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

from sqlalchemy import text

from benchmarks.figures import Figure, median_seconds
from data import document, queries
from data.database.engine import default_url, migrate, open_engine, session_factory
from data.ingest import batch, texts
from data.ranges import TimeRange

DOCUMENTS = Path(__file__).parents[1] / "tests/captures/documents"
END = datetime(2026, 11, 1, tzinfo=UTC)
DAYS = 30
STEP = timedelta(minutes=10)
BATCH = 100


def month() -> Iterator[batch.Posted]:
    """Thirty days at ten minutes: the documents of the contract with a voltage that moves."""
    names = (("bms", "bms", "bms"), ("tristar", "tristar-1", "tristar_instantaneous"))
    names += (("tristar", "tristar-2", "tristar_instantaneous"),)
    contents = {name: json.loads((DOCUMENTS / f"{name}.json").read_text(encoding="utf-8")) for *_, name in names}
    for number in range(DAYS * 144):
        at = END - (number + 1) * STEP
        volts = round(12.5 + (number % 144) / 100, 2)
        for family, device, name in names:
            content = contents[name]
            if family == "bms":
                content["CurrentAndVoltage"]["total voltage"]["value"] = volts
            else:
                content["ADC data"]["battery voltage"] = volts
            yield batch.Posted(family, device, json.dumps(content, separators=(",", ":")), at, "synced")


def figures() -> Iterator[Figure]:
    """Reading a document, storing documents, and the questions that pages ask."""
    posted = (DOCUMENTS / "bms.json").read_text(encoding="utf-8")
    content = document.parse_content(posted)
    yield Figure("parse a battery document", 1e6 * median_seconds(lambda: document.parse_content(posted), 200), "µs")
    yield Figure("read its metrics", 1e6 * median_seconds(lambda: document.readings("bms", content), 200), "µs", 300)
    with tempfile.TemporaryDirectory() as folder:
        engine = open_engine(default_url(folder))
        migrate(engine)
        sessions = session_factory(engine)
        documents = list(month())

        def store(some: list[batch.Posted]) -> None:
            with sessions.begin() as session:
                batch.store(session, some, END)

        singles, rest = documents[:500], documents[500:]
        seconds = median_seconds(lambda: [store([one]) for one in singles], runs=1, warm=0)
        yield Figure("store one document a commit, on disk", len(singles) / seconds, "documents/s")
        parts = [rest[start : start + BATCH] for start in range(0, len(rest), BATCH)]
        seconds = median_seconds(lambda: [store(part) for part in parts], runs=1, warm=0)
        yield Figure("store batches of 100", len(rest) / seconds, "documents/s")
        with engine.connect() as connection:
            size = connection.execute(text("SELECT page_count * page_size FROM pragma_page_count, pragma_page_size"))
            yield Figure("database for thirty days", size.scalar_one() / 1e6, "MB")
        with sessions() as session:
            posted = documents[-1].content
            seconds = median_seconds(lambda: texts.read(session, posted).controller_string(None), 200)
            yield Figure("tell whose document of a known template it is", 1e6 * seconds, "µs")
            battery = queries.device(session, "bms").id
            both = [queries.device(session, slug).id for slug in ("tristar-1", "tristar-2")]
            whole, day = TimeRange(END - timedelta(days=DAYS), END), TimeRange(END - timedelta(days=1), END)
            asked = {
                "newest document of every device": lambda: queries.latest_all(session, ("bms", "tristar")),
                "one metric, a day raw": lambda: queries.samples(session, battery, ["total_voltage"], day),
                "one metric, 30 days in 10-minute buckets": lambda: queries.buckets(
                    session, battery, ["total_voltage"], whole, STEP
                ),
                "ten metrics, 30 days in 10-minute buckets": lambda: queries.buckets(
                    session,
                    battery,
                    [f"cell_{n}_voltage" for n in range(1, 9)] + ["total_voltage", "a_current"],
                    whole,
                    STEP,
                ),
                "4,321 ticks of two controllers": lambda: queries.ticks(
                    session, "tristar", both, "bat_voltage", whole.start_at, END, STEP, STEP
                ),
                "energy of a day, two controllers": lambda: queries.energy(session, both, "p_out", day, END, 3 * STEP),
            }
            for name, question in asked.items():
                yield Figure(name, 1000 * median_seconds(question), "ms")
        engine.dispose()
