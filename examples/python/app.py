"""A WSGI application that tells which release answered."""

import os
import time
from urllib.parse import parse_qs

RELEASE = os.environ.get("ZERG_RELEASE", "none")


def app(environ, start_response):
    if environ["PATH_INFO"] == "/slow":
        query = parse_qs(environ.get("QUERY_STRING", ""))
        time.sleep(int(query.get("ms", ["1000"])[0]) / 1000)
    body = f"release {RELEASE}, pid {os.getpid()}\n".encode()
    headers = [("Content-Type", "text/plain"), ("Content-Length", str(len(body))), ("X-Release", RELEASE)]
    start_response("200 OK", headers)
    return [body]


application = app  # the name that uWSGI looks for
