"""A form in a real Chromium page with a drop-down and a button below the fold; the posted data is checked."""

import http.server
import threading
import urllib.parse
from pathlib import Path

from stage import HERE, Stage, equal, eventually

TITLE = "Order tea on a web page (Chromium, script with parameters)"


class Shop(http.server.ThreadingHTTPServer):
    """Serves demos/sites on a free port of this machine and keeps what was posted."""

    def __init__(self) -> None:
        self.posted: list[dict[str, str]] = []
        super().__init__(("127.0.0.1", 0), Counter)

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.server_port}/order.html"


class Counter(http.server.BaseHTTPRequestHandler):
    server: Shop

    def do_GET(self) -> None:
        page = HERE / "sites" / Path(urllib.parse.urlsplit(self.path).path).name
        if page.suffix != ".html" or not page.is_file():
            self.send_error(404)
            return
        self._send(page)

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"])).decode()
        self.server.posted.append(dict(urllib.parse.parse_qsl(body, keep_blank_values=True)))
        self._send(HERE / "sites" / "thanks.html")

    def _send(self, page: Path) -> None:
        data = page.read_bytes()
        self.send_response(200)
        self.send_header("Content-Type", "text/html; charset=utf-8")
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def log_message(self, format: str, *args: object) -> None:
        """Quiet: the console shows the agent's steps."""


def play(stage: Stage) -> str:
    with Shop() as shop:
        threading.Thread(target=shop.serve_forever, daemon=True).start()
        try:
            return order(stage, shop)
        finally:
            shop.shutdown()


def order(stage: Stage, shop: Shop) -> str:
    stage.desktop.start(["chromium", *CHROMIUM, f"--user-data-dir={stage.folder / 'profile'}", shop.address])
    outcome = stage.run("order", name="Ada Lovelace", tea="Darjeeling", note="Grüße aus Köln, 谢谢")
    eventually("the order is posted", lambda: shop.posted)
    wanted = {
        "name": "Ada Lovelace",
        "tea": "Darjeeling",
        "size": "250",
        "note": "Grüße aus Köln, 谢谢",
        "gift": "yes",
    }
    equal("the posted order", shop.posted, [wanted])
    equal("the number read from the page", outcome.answer, "T-2041")
    return f"posted {len(wanted)} fields, read back number {outcome.answer}"


CHROMIUM = [
    "--no-sandbox",
    "--no-first-run",
    "--no-default-browser-check",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-gpu",
    "--password-store=basic",
    "--window-size=1100,760",
    "--window-position=20,10",
]
