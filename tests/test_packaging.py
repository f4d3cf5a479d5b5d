"""What a person gets who installs screenwright: the wheel, its imports, its dependencies."""

from __future__ import annotations

import ast
import os
import re
import shutil
import subprocess
import sys
import sysconfig
import tomllib
import venv
import zipfile
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
FOLDERS = ("agent", "tools", "policies")
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))

# Required, and not imported by name: whose it is.
UNNAMED = {
    "rapidocr": "its wheel carries the networks that tools/ocr.py runs",
    "jsonschema": "asked for by `kinds.package` in agent/schemas.py",
}
# Extras whose code comes with a later issue; a name leaves this list with the code that imports it.
LATER = {"phone", "bench"}


def sources() -> list[Path]:
    return [path for folder in FOLDERS for path in (ROOT / folder).rglob("*.py")]


def shipped(folder: Path) -> set[str]:
    """The files of a source folder, as they are called inside the wheel."""
    return {
        f"screenwright/{path.relative_to(ROOT).as_posix()}"
        for path in folder.rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    }


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Built from a copy: a stale build/ folder in the tree would put deleted modules into it."""
    copy = tmp_path_factory.mktemp("wheel")
    for name in ("pyproject.toml", "README.md", "LICENSE"):
        shutil.copy(ROOT / name, copy)
    for folder in FOLDERS:
        shutil.copytree(ROOT / folder, copy / folder, ignore=shutil.ignore_patterns("__pycache__"))
    command = ["pip", "wheel", "--no-deps", "--no-build-isolation", "--wheel-dir", str(copy), str(copy)]
    built = subprocess.run([sys.executable, "-m", *command], capture_output=True, text=True)
    assert built.returncode == 0, built.stdout + built.stderr
    return next(copy.glob("*.whl"))


@pytest.fixture(scope="module")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The Python of a fresh environment with the wheel, and this environment's packages beside it.

    They are put there by path, which does not run their .pth files: the editable install stays out.
    """
    folder = tmp_path_factory.mktemp("fresh") / "venv"
    venv.create(folder, with_pip=False, symlinks=True)
    python = folder / "bin" / "python"
    command = ["pip", "--python", str(python), "install", "--no-deps", "--no-index", str(wheel)]
    done = subprocess.run([sys.executable, "-m", *command], capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
    site = next((folder / "lib").glob("python3*")) / "site-packages"
    (site / "borrowed.pth").write_text(sysconfig.get_path("purelib"), encoding="utf-8")
    return python


def run(python: Path | str, code: str, folder: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run code in a folder with no display and no PYTHONPATH."""
    kept = {k: v for k, v in os.environ.items() if k not in {"DISPLAY", "WAYLAND_DISPLAY", "PYTHONPATH"}}
    return subprocess.run(
        [str(python), "-c", code], cwd=folder, env=kept | environment, capture_output=True, text=True
    )


def test_the_wheel_holds_just_what_the_folders_hold(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as packed:
        there = {name for name in packed.namelist() if ".dist-info/" not in name}
    wanted = set[str]().union(*(shipped(ROOT / folder) for folder in FOLDERS))
    assert there - wanted == set(), "in the wheel, and not in the folders"
    assert wanted - there == set(), "not in the wheel: name the folder, or its kind of file, in pyproject.toml"


def test_the_wheel_has_its_licence_and_its_command(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as packed:
        names = packed.namelist()
        entry = next(name for name in names if name.endswith("entry_points.txt"))
        assert "screenwright = screenwright.agent.cli:main" in packed.read(entry).decode()
    assert any(name.endswith("/LICENSE") for name in names)


@pytest.fixture
def crowded(tmp_path: Path) -> Path:
    """A folder of a person whose own files have the names of ours."""
    (tmp_path / "agent.py").write_text("MINE = True\n")
    for name in ("tools", "policies"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "__init__.py").write_text("MINE = True\n")
    return tmp_path


def test_a_persons_own_agent_and_tools_stay_theirs_and_ours_ours(installed: Path, crowded: Path) -> None:
    code = """
import agent, tools, policies
import screenwright.agent, screenwright.tools, screenwright.policies
from screenwright.agent import Agent, Limits, Screen
from screenwright.policies import Guard, Literal, Policy
from screenwright.tools import Desktop, FakeDevice, Task, Trace
assert agent.MINE and tools.MINE and policies.MINE
print(screenwright.agent.__file__)
"""
    done = run(installed, code, crowded)
    assert done.returncode == 0, done.stderr
    assert Path(done.stdout.strip()).is_relative_to(installed.parents[1]), "the wheel's own files"


def test_the_command_runs_from_the_wheel(installed: Path, crowded: Path) -> None:
    command = installed.with_name("screenwright")
    kept = {k: v for k, v in os.environ.items() if k != "PYTHONPATH"}
    done = subprocess.run([command, "actions"], cwd=crowded, env=kept, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert "type_text" in done.stdout


def test_importing_the_agent_is_light_and_needs_no_display(tmp_path: Path) -> None:
    code = """
import sys
import screenwright.agent, screenwright.tools, screenwright.policies
from screenwright.agent import Agent
heavy = {"torch", "transformers", "pyautogui", "mss", "cv2", "rapidocr", "onnxruntime", "Xlib", "jeepney"}
print(sorted(heavy & set(sys.modules)))
"""
    done = run(sys.executable, code, tmp_path)
    assert done.returncode == 0, done.stderr
    assert done.stdout.strip() == "[]"


def test_no_module_needs_a_display_or_a_model_to_be_imported(tmp_path: Path) -> None:
    names = [
        "screenwright." + ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")
        for path in sources()
    ]
    code = f"""
import importlib, sys
for name in {names!r}:
    importlib.import_module(name)
print(sorted({{"torch", "transformers", "pyautogui", "rapidocr", "onnxruntime"}} & set(sys.modules)))
"""
    done = run(sys.executable, code, tmp_path)
    assert done.returncode == 0, done.stderr
    assert done.stdout.strip() == "[]"


def distribution_name(requirement: str) -> str:
    return re.split(r"[ \[<>=!;~]", requirement, maxsplit=1)[0].lower().replace("_", "-")


def imported() -> dict[str, set[str]]:
    """Top-level modules that the packages import from elsewhere, and the files that do."""
    found: dict[str, set[str]] = {}
    for path in sources():
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
            if isinstance(node, ast.ImportFrom) and node.module and not node.level:
                names.append(node.module)
            for name in names:
                top = name.partition(".")[0]
                if top != "screenwright" and top not in sys.stdlib_module_names:
                    found.setdefault(top, set()).add(path.relative_to(ROOT).as_posix())
    return found


def test_everything_imported_is_required_and_everything_required_is_imported() -> None:
    extras: dict[str, list[str]] = PROJECT["project"]["optional-dependencies"]
    required = {distribution_name(each) for each in PROJECT["project"]["dependencies"]}
    optional = {distribution_name(each) for name in extras.keys() - {"all", "dev"} for each in extras[name]}
    owners = packages_distributions()
    used: set[str] = set()
    for module, files in imported().items():
        dists = {name.lower().replace("_", "-") for name in owners.get(module, [module])}
        assert dists & (required | optional), f"{module}, imported in {files}, is not in pyproject.toml"
        used |= dists
    assert required - used - set(UNNAMED) == set(), "required, and imported nowhere"
    by_name = {"record"}  # pynput is imported by its name as text, since it is no package of Linux's
    for name in extras.keys() - {"all", "dev"} - LATER - by_name:
        assert used & {distribution_name(each) for each in extras[name]}, f"the extra {name} has no code"


def test_every_requirement_has_a_lower_bound() -> None:
    extras: dict[str, list[str]] = PROJECT["project"]["optional-dependencies"]
    lists = [PROJECT["project"]["dependencies"], *extras.values()]
    bare = [each for one in lists for each in one if not re.search(r">=|==", each)]
    assert [each for each in bare if not each.startswith("screenwright[")] == []


def test_every_extra_but_dev_is_in_all() -> None:
    extras: dict[str, list[str]] = PROJECT["project"]["optional-dependencies"]
    named = re.findall(r"\[(.*)\]", extras["all"][0])[0].split(",")
    assert set(named) == set(extras) - {"all", "dev"}


def settings() -> list[tuple[str, str]]:
    """(class, field) of every pydantic model that holds settings: all but the actions, which are data."""
    found = []
    for path in sources():
        if path.name == "actions.py":
            continue
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.ClassDef) and any(ast.unparse(b) == "BaseModel" for b in node.bases):
                fields = [each for each in node.body if isinstance(each, ast.AnnAssign)]
                found += [(node.name, ast.unparse(each.target)) for each in fields]
    return found


def test_every_setting_is_read_by_something() -> None:
    read = {
        node.attr
        for path in sources()
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Load)
    }
    assert ("Limits", "stuck") in settings(), "this test must see the limits"
    # `screenwright_...` is the version of a file's form: it is checked by being validated
    unread = [f"{model}.{name}" for model, name in settings() if name not in read]
    assert [each for each in unread if ".screenwright_" not in each] == []


def test_xlib_is_the_one_that_has_damage() -> None:
    from screenwright.tools.xlib import check_xlib

    check_xlib()


def test_an_xlib_that_was_written_over_is_named_with_its_cure(tmp_path: Path) -> None:
    package = tmp_path / "python_xlib-0.33.dist-info"
    package.mkdir()
    (package / "METADATA").write_text("Metadata-Version: 2.1\nName: python-xlib\nVersion: 0.33\n")
    (package / "RECORD").write_text("Xlib/X.py,sha256=abc,10687\nXlib/ext/damage.py,sha256=abc,5000\n")
    (tmp_path / "Xlib").mkdir()
    (tmp_path / "Xlib" / "X.py").write_text("# of another package\n")
    code = "from screenwright.tools.xlib import check_xlib; check_xlib()"
    done = run(sys.executable, code, tmp_path, PYTHONPATH=str(tmp_path))
    assert "NotInstalled" in done.stderr
    assert "pip install --force-reinstall --no-deps python-xlib" in done.stderr
