"""Whatever is asked of a route for programs: no 5xx, and an answer that its description names."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path
from zlib import crc32

import pytest
from flask import Flask

from app import create_app
from app.api.openapi import openapi
from app.config import Config
from app.factory import ROUTES
from app.services import parts_of
from tests.app.asking import SENDERS, ask, senders

OPERATIONS = [(path, method) for path, item in openapi(ROUTES)["paths"].items() for method in item]
EXAMPLES = 8

Site = tuple[Flask, dict[str, dict[str, str]]]


@pytest.fixture(scope="module")
def site(template_database: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """A site with some documents, and who may ask it."""
    folder = tmp_path_factory.mktemp("asked") / "site"
    shutil.copytree(template_database, folder)
    server = create_app(Config(data_dir=folder, secret_key="a secret key of the tests"))
    yield server, senders(server)
    parts_of(server).engine.dispose()


@pytest.mark.parametrize("sender", SENDERS)
@pytest.mark.parametrize(("path", "method"), OPERATIONS)
def test_whatever_is_asked_is_answered_as_the_document_says(site: Site, path: str, method: str, sender: str) -> None:
    server, who = site
    ask(server, who[sender], path, method, EXAMPLES, crc32(f"{sender} {method} {path}".encode()))
