"""The application for a WSGI server: `gunicorn wsgi:server`, `flask --app wsgi shell`."""

from app import create_app

server = create_app()
