"""Another name for wsgi: `python run.py` (port 80 unless PORT says otherwise), `flask run`, `gunicorn run:app`."""

import os

from wsgi import server as app

if __name__ == "__main__":
    app.run(host=os.environ.get("HOST") or "127.0.0.1", port=int(os.environ.get("PORT") or 80))
