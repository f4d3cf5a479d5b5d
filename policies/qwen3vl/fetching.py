"""Finds a checkpoint's files, downloads them where they are not here, and checks that they are whole."""

from __future__ import annotations

import json
import struct
from collections.abc import Callable
from pathlib import Path
from typing import Any, cast

from screenwright.tools.errors import ModelLost, NotInstalled

DEFAULT = "Qwen/Qwen3-VL-4B-Instruct"
WANTED = ("*.json", "*.jinja", "*.safetensors", "*.txt", "*.model")


def folder_of(name: str, tell: Callable[[str], None]) -> Path:
    """The folder of a checkpoint, downloaded if need be. ModelLost, NotInstalled."""
    if name.startswith("modelscope:"):
        return _from_modelscope(name.removeprefix("modelscope:"), tell)
    path = Path(name).expanduser()
    if path.is_dir():
        return path
    if path.is_file():
        raise ModelLost(f"{name} is a file; name the folder of the checkpoint that holds config.json")
    if name.count("/") != 1 or name.startswith((".", "/", "~")):
        raise ModelLost(f"there is no folder {name}, and it is no id such as Qwen/Qwen3-VL-4B-Instruct")
    return _from_hub(name, tell)


def is_here(name: str) -> bool:
    """Whether a checkpoint can be opened without a download."""
    if Path(name).expanduser().is_dir():
        return True
    try:
        from huggingface_hub import try_to_load_from_cache
    except ImportError:
        return False
    try:
        return isinstance(try_to_load_from_cache(name, "config.json"), str)
    except ValueError:  # no id
        return False


def _from_hub(name: str, tell: Callable[[str], None]) -> Path:
    try:
        from huggingface_hub import snapshot_download
        from huggingface_hub.errors import HfHubHTTPError, LocalEntryNotFoundError
    except ImportError as error:
        raise NotInstalled(f"to fetch {name}: pip install 'screenwright[qwen]' ({error})") from error
    try:
        folder = Path(snapshot_download(name, allow_patterns=list(WANTED), local_files_only=True))
        check_files(folder)  # a download that was broken off is found here too, and goes on below
        return folder
    except (LocalEntryNotFoundError, ValueError, OSError, ModelLost):
        tell(f"downloading {name} from Hugging Face; it is kept for the next time")
    try:
        return Path(snapshot_download(name, allow_patterns=list(WANTED)))
    except HfHubHTTPError as error:
        raise ModelLost(f"Hugging Face has no {name} for us: {first_line(error)}") from error
    except (OSError, ValueError) as error:
        raise ModelLost(
            f"{name} is not here and can't be downloaded ({first_line(error)}): check the connection and the id, "
            f"or use a folder; in China modelscope:{name}. A download that was broken off goes on where it ended"
        ) from error


def _from_modelscope(name: str, tell: Callable[[str], None]) -> Path:
    try:
        from modelscope import snapshot_download  # pyright: ignore[reportMissingImports]
    except ImportError as error:
        raise NotInstalled(f"modelscope:{name} needs: pip install modelscope ({error})") from error
    tell(f"looking for {name} on ModelScope; it is kept for the next time")
    try:
        return Path(cast(str, snapshot_download(name, allow_patterns=list(WANTED))))
    except Exception as error:  # its errors have no common class
        raise ModelLost(f"{name} can't be had from ModelScope: {first_line(error)}") from error


def check_files(folder: Path) -> dict[str, Any]:
    """What config.json says, once every file of weights is there and whole. ModelLost names the file."""
    path = folder / "config.json"
    if not path.is_file():
        raise ModelLost(f"{folder} has no config.json: it is not the folder of a checkpoint")
    try:
        about = cast(dict[str, Any], json.loads(path.read_text(encoding="utf-8")))
    except ValueError as error:
        raise ModelLost(f"{path} can't be read ({error}): download it again") from error
    for weights in _weights(folder):
        check_safetensors(weights)
    return about


def _weights(folder: Path) -> list[Path]:
    index = folder / "model.safetensors.index.json"
    if index.is_file():
        named = cast(dict[str, str], json.loads(index.read_text(encoding="utf-8"))["weight_map"])
        files = [folder / name for name in sorted(set(named.values()))]
        missing = [file.name for file in files if not file.is_file()]
        if missing:
            raise ModelLost(
                f"{folder} lacks {len(missing)} of {len(files)} files of weights ({', '.join(missing[:3])}): "
                "the download was broken off; start it again, it goes on where it ended"
            )
        return files
    found = sorted(folder.glob("*.safetensors"))
    if not found:
        gguf = " GGUF files run on llama.cpp or Ollama: --policy served" if any(folder.glob("*.gguf")) else ""
        raise ModelLost(f"{folder} has no weights (*.safetensors).{gguf}")
    return found


def check_safetensors(path: Path) -> None:
    """Compare the file's length with what its header says, without reading the weights. ModelLost."""
    size = path.stat().st_size
    try:
        with path.open("rb") as file:
            (length,) = struct.unpack("<Q", file.read(8))
            if length > min(size, 100_000_000):
                raise ValueError("its header is longer than the file")
            header = cast(dict[str, Any], json.loads(file.read(length)))
    except (ValueError, struct.error, UnicodeDecodeError) as error:
        pointer = " It is a Git LFS pointer: run git lfs pull." if size < 1000 and _is_pointer(path) else ""
        raise ModelLost(f"{path} is not a safetensors file ({error}).{pointer} Download it again") from error
    end = max((about["data_offsets"][1] for name, about in header.items() if name != "__metadata__"), default=0)
    whole = 8 + length + end
    if size < whole:
        raise ModelLost(f"{path} is cut off: {size:,} of {whole:,} bytes. Delete it and download it again")


def _is_pointer(path: Path) -> bool:
    return path.read_bytes()[:20].startswith(b"version https://git")


def first_line(error: BaseException) -> str:
    """What a library says, short enough to be part of our own sentence."""
    return (str(error).strip().splitlines() or [type(error).__name__])[0][:300]
