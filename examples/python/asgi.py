"""The same as app.py, as an ASGI application."""

import asyncio
import os
from urllib.parse import parse_qs

RELEASE = os.environ.get("ZERG_RELEASE", "none")


async def app(scope, receive, send):
    if scope["type"] == "lifespan":
        while True:
            message = await receive()
            await send({"type": message["type"] + ".complete"})
            if message["type"] == "lifespan.shutdown":
                return
    if scope["path"] == "/slow":
        query = parse_qs(scope["query_string"].decode())
        await asyncio.sleep(int(query.get("ms", ["1000"])[0]) / 1000)
    body = f"release {RELEASE}, pid {os.getpid()}\n".encode()
    headers = [
        (b"content-type", b"text/plain"),
        (b"content-length", str(len(body)).encode()),
        (b"x-release", RELEASE.encode()),
    ]
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    await send({"type": "http.response.body", "body": body})
