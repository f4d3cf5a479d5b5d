"""A model server of a few lines: it takes its time, and each of its replies is to wait for nothing."""

from __future__ import annotations

import json
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


class Replying(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        self._say({"object": "list", "data": [{"id": "faults", "object": "model", "max_model_len": 100_000}]})

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers.get("Content-Length") or 0))
        time.sleep(0.15)
        message = {"role": "assistant", "content": '{"action": "wait", "seconds": 0}'}
        choice = {"index": 0, "message": message, "finish_reason": "stop"}
        usage = {"prompt_tokens": 9, "completion_tokens": 9, "total_tokens": 18}
        about = {"id": "x", "object": "chat.completion", "created": 1, "model": "faults"}
        self._say(about | {"choices": [choice], "usage": usage})

    def _say(self, facts: dict[str, Any]) -> None:
        data = json.dumps(facts).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def log_message(self, format: str, *args: object) -> None:
        """Nothing."""


if __name__ == "__main__":
    server = ThreadingHTTPServer(("127.0.0.1", 0), Replying)
    print(f"listens at {server.server_address[1]}", flush=True)
    server.serve_forever()
