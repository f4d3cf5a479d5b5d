"""The commands that have to do with models alone."""

from __future__ import annotations

import os
from typing import Annotated

import typer

from screenwright.agent.running import plainly

Model = Annotated[
    str | None, typer.Option(metavar="MODEL", help="a folder, Hugging Face id, modelscope:id, or a server's name")
]
Url = Annotated[str | None, typer.Option(metavar="URL", help="of a server, such as http://127.0.0.1:11434/v1")]
Dialect = Annotated[str | None, typer.Option(help="how the model is spoken to; default: by its name")]
Context = Annotated[str | None, typer.Option(help="of a model in this process: 256k, 512k or 1m")]
Weights = Annotated[str | None, typer.Option(help="of a model in this process: int8 or int4")]


def serve(
    model: Annotated[str, typer.Argument(help="a folder, a Hugging Face id, or modelscope:id")],
    host: Annotated[str, typer.Option(help="who may come in; others than this machine need --key")] = "127.0.0.1",
    port: Annotated[int, typer.Option(min=0, max=65535, help="0 picks a free one")] = 8765,
    key: Annotated[str | None, typer.Option(help="what clients must give as their API key")] = None,
    agents: Annotated[int, typer.Option(min=1, help="conversations whose caches are kept")] = 4,
    dtype: Annotated[str, typer.Option(help="auto, bfloat16, float16 or float32")] = "auto",
    device: Annotated[str | None, typer.Option(help="auto, cpu, cuda:0; default: a GPU if there is one")] = None,
    context: Context = None,
    weights: Weights = None,
) -> None:
    """Load a model once, for many scripts and agents: an OpenAI-compatible server on this machine."""
    with plainly():
        from screenwright.agent.serving import serve as run
        from screenwright.policies.qwen3vl.engine import Engine
        from screenwright.policies.qwen3vl.loading import open_checkpoint

        checkpoint = open_checkpoint(
            model, dtype=dtype, device_map=device, context=context, weights=weights, tell=_tell
        )
        run(Engine(checkpoint, sessions=agents), host, port, key or os.environ.get("SCREENWRIGHT_KEY"))


def _tell(message: str) -> None:
    typer.echo(f"screenwright: {message}", err=True)
