"""What docs/mcp.md tells a person to put into a client's configuration starts a server that answers."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest
from mcp_clients import over_stdio
from typer.main import get_command

from screenwright.agent.cli import app
from screenwright.agent.mcp.offers import OFFERS

PAGE = (Path(__file__).resolve().parents[1] / "docs" / "mcp.md").read_text(encoding="utf-8")


def servers() -> list[dict[str, Any]]:
    blocks = [json.loads(block) for block in re.findall(r"^```json\n(.*?)^```$", PAGE, re.DOTALL | re.MULTILINE)]
    return [(block.get("servers") or block["mcpServers"])["screenwright"] for block in blocks]


@pytest.mark.parametrize("server", [each for each in servers() if "command" in each], ids=str)
def test_a_configuration_starts_a_server_that_answers(server: dict[str, Any], tmp_path: Path) -> None:
    command, *options = server["args"]
    assert (server["command"], command) == ("screenwright", "mcp")
    place = options.index("--folder")
    options[place : place + 2] = []  # the person's own; over_stdio names another
    with over_stdio(tmp_path, *options) as caller:
        assert "not opened yet" in caller.ok("status")


def test_the_configuration_over_http_is_what_the_server_wants() -> None:
    (server,) = [each for each in servers() if each.get("type") == "http"]
    assert server["url"].endswith("/mcp") and server["headers"]["Authorization"].startswith("Bearer ")


def test_every_tool_and_every_option_is_told() -> None:
    assert re.findall(r"^\| `(\w+)` \|", PAGE, re.MULTILINE) == [offer.name for offer in OFFERS]
    command = get_command(app).commands["mcp"]  # type: ignore[attr-defined]
    options = {name for each in command.params for name in each.opts if name.startswith("--")}
    told = set(re.findall(r"--[a-z][a-z-]+", PAGE)) - {"--transport", "--header"}
    assert told <= options
    as_in_run = {"--policy", "--model", "--url", "--quiet", "--yes"}
    assert options - told <= as_in_run
