"""create_app: settings, database, routes, pages, in that order; everything is handed on from here."""

from __future__ import annotations

import logging

from flask import Flask

from app.api import batches, health
from app.api import routes as api
from app.api.reference_page import api_page, install_reference
from app.config import Config
from app.dash_app import ASSETS, create_dash
from app.http.body import LIMIT
from app.http.callback_bodies import refuse_strange_bodies
from app.http.errors import errors
from app.http.headers import install_headers
from app.http.log_masking import mask_access_logs
from app.http.not_found import install_not_found, install_wrong_methods, missing
from app.http.proxy import install_proxy
from app.http.spelling import RowNumber, respell
from app.legacy import posting, reading
from app.runtime.installation import bootstrap, is_bootstrapped, open_database
from app.runtime.settings_log import note_settings
from app.runtime.warming import warm
from app.security.guard import install_guard
from app.security.identity import install_login, viewer
from app.security.secret_key import peppers, secret_key, warning_of_lost
from app.services import EXTENSION, Parts, parts_of
from app.views import sensor_documents
from app.views.account import accounts_pages
from app.views.account_export import exports
from app.views.admin import admin_pages
from app.views.admin_documents import admin_entries
from app.views.devices import device_pages
from app.views.image import images
from app.views.keys import keys_pages
from app.views.sensors import sensors_pages
from callbacks.common.context import Site
from data.accounts.post_rates import PostRates
from data.database.engine import migrate
from data.database.prompt import prompt_names
from data.ingest.group_commit import Committer
from data.ranges import zone_named
from pages import PAGES, shell

log = logging.getLogger(__name__)

BLUEPRINTS = (
    errors,
    health.health,
    posting.posting,
    batches.batches,
    reading.reading,
    api.api,
    api_page,
    images,
    missing,
    accounts_pages,
    sensors_pages,
    device_pages,
    sensor_documents.sensor_entries,
    keys_pages,
    exports,
    admin_pages,
    admin_entries,
)
# Every route for programs, in the order in which they are described.
ROUTES = (*batches.ROUTES, *api.ROUTES, *posting.ROUTES, *reading.ROUTES, *sensor_documents.ROUTES, *health.ROUTES)


def create_app(config: Config | None = None) -> Flask:
    """The application for that configuration, or for the one of the file and the environment.

    The database is migrated and a new installation is set up, so that `gunicorn run:app` alone starts a site.
    """
    settings = Config.from_env() if config is None else config
    engine, sessions = open_database(settings)
    migrate(engine)
    if not is_bootstrapped(sessions) and (password := bootstrap(settings, sessions)) is not None:
        log.warning("admin password: %s", password)
    note_settings(settings, sessions)
    all_peppers = peppers(settings)
    if (lost := warning_of_lost(sessions, all_peppers)) is not None:
        log.error("%s", lost)

    server = Flask("app", static_folder=str(ASSETS), static_url_path="/static")
    server.url_map.converters["int"] = RowNumber
    server.secret_key = secret_key(settings)
    server.config["MAX_CONTENT_LENGTH"] = LIMIT
    mask_access_logs()
    server.logger.setLevel(logging.INFO)  # the reference of every error is in the log
    server.json.sort_keys = False  # type: ignore[attr-defined]
    server.extensions[EXTENSION] = Parts(
        settings, engine, sessions, all_peppers, PostRates(sessions, settings.posts_per_minute), Committer(sessions)
    )

    # The guard asks before all others: a stranger's callback is a 401, not a failed check of a token.
    install_login(server)
    install_guard(server)
    pages = [path for _, path, _, _ in PAGES]
    install_not_found(server, pages)
    hashes: list[str] = []
    csrf = install_headers(server, lambda: hashes)
    for blueprint in BLUEPRINTS:
        server.register_blueprint(blueprint)
    install_wrong_methods(server)
    for blueprint in (posting.posting, batches.batches, missing):  # no cookie lets anybody in there
        csrf.exempt(blueprint)
    dash_app = create_dash(server, sessions, viewer, Site(settings.site_name, zone_named(settings.site_timezone)))
    refuse_strange_bodies(server, dash_app)
    respell(server, pages)
    install_proxy(server)
    install_page_context(server)
    install_reference(server, ROUTES)
    server.shell_context_processor(lambda: prompt_names(engine, sessions))

    # Dash wires its router at the first request, and two first requests at once would find it half wired.
    with server.test_client() as client:
        client.get("/healthz")
    hashes.extend(dash_app.csp_hashes())
    warm(sessions)
    engine.dispose()  # workers are forked from here: none may carry a connection of another process
    return server


def install_page_context(server: Flask) -> None:
    """What the plain pages share with the Dash pages: the bar's places, the style sheets, the names."""
    config = parts_of(server).config
    sheets = sorted(path.relative_to(ASSETS).as_posix() for path in ASSETS.rglob("*.css"))
    words = {
        "site_name": config.site_name,
        "site_private": config.site_private,
        "zone_name": config.site_timezone,
        "places": [place[:3] for place in shell.PLACES],
        "stylesheets": [f"/assets/{path}" for path in sheets],
    }
    server.context_processor(lambda: words)
