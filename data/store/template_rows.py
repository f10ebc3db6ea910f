"""The templates a database knows: found by id, and learnt when their documents keep coming."""

from __future__ import annotations

from collections.abc import Iterable
from weakref import WeakKeyDictionary

from sqlalchemy import Engine, event, select
from sqlalchemy.orm import Session

from data.database.engine import insert_unless_there
from data.database.models import Template
from data.templates.splitting import digest

# A device has a handful; a poster that makes a new one with every document shall not fill the memory.
MOST_KNOWN = 5_000


class Known:
    """What one engine's processes have seen of the table: id -> text, and the templates met once."""

    def __init__(self) -> None:
        self.texts: dict[int, str] = {}
        self.met: dict[int, None] = {}
        self.noted: set[tuple[int, str, int]] = set()  # (device, family, template) whose series are in the table

    def learn(self, rows: dict[int, str]) -> None:
        """Remember rows of the table."""
        if len(self.texts) + len(rows) > MOST_KNOWN:
            self.texts.clear()
        self.texts.update(rows)

    def note_after_commit(self, session: Session, keys: Iterable[tuple[int, str, int]]) -> None:
        """Remember, once this transaction is committed, the (device, family, template) whose series are there."""
        new = list(keys)

        def note(_session: Session) -> None:
            if len(self.noted) + len(new) > MOST_KNOWN:
                self.noted.clear()
            self.noted.update(new)

        if new:
            event.listen(session, "after_commit", note, once=True)

    def meet(self, number: int) -> bool:
        """Whether that template was met before; from now on it was."""
        before = number in self.met
        if len(self.met) >= MOST_KNOWN:
            self.met.clear()
        self.met[number] = None
        return before


_known: WeakKeyDictionary[Engine, Known] = WeakKeyDictionary()


def known(session: Session) -> Known:
    """What is known of the database of this session."""
    engine = session.get_bind()
    assert isinstance(engine, Engine), "sessions are bound to engines"
    cache = _known.get(engine)
    if cache is None:
        cache = _known[engine] = Known()
    return cache


def texts(session: Session, ids: Iterable[int]) -> dict[int, str]:
    """The texts of these templates."""
    cache = known(session)
    numbers = set(ids)
    missing = [number for number in numbers if number not in cache.texts]
    text_of = {number: cache.texts[number] for number in numbers if number in cache.texts}
    for start in range(0, len(missing), 500):
        some = missing[start : start + 500]
        rows = dict(session.execute(select(Template.id, Template.text).where(Template.id.in_(some))).all())
        cache.learn(rows)
        text_of.update(rows)
    return text_of


def text(session: Session, number: int) -> str:
    """The text of one template."""
    return texts(session, (number,))[number]


def keep(session: Session, templates: Iterable[str]) -> None:
    """Put these templates in the table where they are not there; what is kept counts as known after the commit."""
    rows = {digest(template): template for template in templates}
    cache = known(session)
    new = {number: template for number, template in rows.items() if number not in cache.texts}
    if not new:
        return
    session.execute(insert_unless_there(session, Template), [{"id": key, "text": value} for key, value in new.items()])

    def learn(_session: Session) -> None:
        cache.learn(new)

    event.listen(session, "after_commit", learn, once=True)
