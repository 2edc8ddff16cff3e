"""What schemathesis must know of this server: NDJSON is one JSON text a line."""

import json
import os

import schemathesis


@schemathesis.serializer("application/x-ndjson")
def ndjson(ctx, value):
    """One generated value is one line; half of them follow a hello that is right, so that sets are reached too."""
    if isinstance(value, bytes):
        return value
    line = json.dumps(value, ensure_ascii=False).encode("utf-8", "surrogatepass") + b"\n"
    if isinstance(value, dict) and "hello" in value:
        return line
    hello = {
        "hello": {
            "answered": 0,
            "last": 1_000_000,
            "protocol": [7, 7],
            "pull": True,
            "replica": int(os.environ["WAYBOOK_REPLICA"]),
            "schema": 1,
            "wall": 1_795_293_107_123,
        }
    }
    return json.dumps(hello).encode() + b"\n" + line
