"""Who may import whom: the arrows of docs/decisions/0001, read from the imports themselves."""

from __future__ import annotations

import ast
from collections import Counter, defaultdict
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
ROOMS = ("app", "pages", "callbacks", "data", "collector", "demo")
PI_MODULES = {
    "data",
    "data.catalogue",
    "data.catalogue.charge_settings",
    "data.catalogue.codes",
    "data.document",
    "data.errors",
    "data.families",
    "data.folding",
    "data.names",
    "data.ranges",
}

# Room -> the rooms it may import as a whole, and the single modules it may import beside them.
WHOLE_ROOMS = {
    "data": set(),
    "collector": set(),
    "pages": set(),
    "callbacks": {"data"},
    "app": {"data", "pages", "callbacks"},
    "demo": {"data", "collector"},
}
OURS = {
    "data": set(),
    "collector": PI_MODULES,
    "pages": {"data", "data.catalogue", "data.families"},
    "callbacks": {"pages", "pages.ids", "pages.components", "pages.graph.form", "pages.graph.styles"},
    "app": set(),
    "demo": set(),
}
# Room -> packages that must never appear in it.
NEVER = {
    "data": {"flask", "dash", "plotly", "flask_login", "werkzeug", "modbus_tk", "serial", "crcmod", "pvlib"},
    "collector": {"sqlalchemy", "pandas", "numpy", "flask", "dash", "plotly", "alembic", "pvlib", "orjson", "requests"},
    "pages": {"sqlalchemy", "flask", "pandas", "plotly", "pvlib", "flask_login"},
    "callbacks": {"flask", "flask_login", "pvlib", "modbus_tk", "serial"},
    "app": {"pandas", "numpy", "modbus_tk", "serial", "crcmod", "pvlib"},
    "demo": {"flask", "dash", "plotly"},
}
# A package with one home: it is named in that file or folder and nowhere else.
HOMES = {
    "modbus_tk": ("collector/transports/", "collector/simulator/"),
    "serial": ("collector/transports/",),
    "crcmod": ("collector/drivers/sentences.py",),
    "pvlib": ("demo/",),
    "alembic": ("data/",),
    "bcrypt": ("data/accounts/passwords.py",),
    "gunicorn": ("app/",),
    "matplotlib": ("callbacks/image/",),
    "rich": ("collector/commands/common/terminal.py", "app/cli/progress.py"),
}
# Room -> its layers from the top, each a set of packages and modules.  A module imports its own package and what lies
# in a layer below.
ORDER_INSIDE: dict[str, tuple[set[str], ...]] = {
    "app": (
        {"__main__"},
        {"cli", "factory"},
        {"dash_app", "runtime"},
        {"legacy", "views"},
        {"api", "mail"},
        {"routes"},
        {"security"},
        {"http"},
        {"services"},
        {"addresses", "audience"},
        {"config"},
        {"setting_readers", "settings_file", "version"},
    ),
    "callbacks": (
        {"device", "image", "sensors", "shell", "values"},
        {"overview"},
        {"graph"},
        {"common"},
    ),
    "collector": (
        {"__main__"},
        {"commands"},
        {"daemon", "simulator"},
        {"config", "scripts"},
        {"drivers"},
        {"transports"},
    ),
    "data": (
        {"importing"},
        {"queries"},
        {"accounts"},
        {"ingest"},
        {"store"},
        {"database"},
        {"templates"},
        {"document"},
        {"catalogue", "families", "gaps"},
        {"arrays", "folding", "ranges"},
        {"names", "roles"},
        {"errors"},
    ),
    "pages": (
        {"about", "device", "overview", "sensors", "shell"},
        {"graph", "value_page"},
        {"device_links"},
        {"components"},
        {"ids"},
    ),
    "demo": (
        {"__main__"},
        {"history", "live"},
        {"devices", "resume"},
        {"launch", "model"},
        {"environment"},
        {"minutes"},
    ),
}
# pages/, callbacks/ and app/ may use these names of sqlalchemy and no others: the queries live in data/.
SQLALCHEMY_TYPES = {"Session", "sessionmaker", "Engine"}


def modules(room: str) -> Iterator[Path]:
    yield from sorted((ROOT / room).rglob("*.py"))


def imports(path: Path) -> Iterator[tuple[str, str | None]]:
    """Every (module, name) the file imports, wherever in the file it stands."""
    package = path.relative_to(ROOT).with_suffix("").parts[:-1]
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            for alias in node.names:
                yield alias.name, None
        elif isinstance(node, ast.ImportFrom):
            base = ".".join(package[: len(package) - node.level + 1]) + "." if node.level else ""
            for alias in node.names:
                yield (base + (node.module or "")).rstrip("."), alias.name


def imported(path: Path) -> set[str]:
    """The imported modules, with `from data import queries` read as data.queries where that is a module."""
    found = set()
    for module, name in imports(path):
        full = f"{module}.{name}" if name else module
        is_module = (ROOT / Path(*full.split("."))).with_suffix(".py").exists() or (
            ROOT / Path(*full.split("."))
        ).is_dir()
        found.add(full if is_module else module)
    return found


def arrows(room: str) -> dict[str, set[str]]:
    """Module of the room -> the room's modules that it imports."""
    names = {name_of(path): path for path in modules(room)}
    return {name: imported(path) & (names.keys() - {name}) for name, path in names.items()}


def name_of(path: Path) -> str:
    parts = path.relative_to(ROOT).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


@pytest.mark.parametrize("room", ROOMS)
def test_a_room_imports_only_the_rooms_below_it(room: str) -> None:
    wrong = []
    for path in modules(room):
        for module in imported(path):
            top = module.split(".")[0]
            if top not in ROOMS or top == room:
                continue
            if module not in OURS[room] and top not in WHOLE_ROOMS[room]:
                wrong.append(f"{path.relative_to(ROOT)} imports {module}")
    assert wrong == []


@pytest.mark.parametrize("room", ROOMS)
def test_a_room_keeps_out_what_does_not_belong_there(room: str) -> None:
    wrong = [
        f"{path.relative_to(ROOT)} imports {module}"
        for path in modules(room)
        for module in imported(path)
        if module.split(".")[0] in NEVER[room]
    ]
    assert wrong == []


@pytest.mark.parametrize("package", sorted(HOMES))
def test_a_library_has_one_home(package: str) -> None:
    wrong = [
        str(path.relative_to(ROOT))
        for room in ROOMS
        for path in modules(room)
        if any(module.split(".")[0] == package for module in imported(path))
        and not str(path.relative_to(ROOT)).startswith(HOMES[package])
    ]
    assert wrong == []


@pytest.mark.parametrize("room", ["pages", "callbacks", "app"])
def test_no_sql_outside_the_data_room(room: str) -> None:
    wrong = [
        f"{path.relative_to(ROOT)} imports {name or module} from {module}"
        for path in modules(room)
        for module, name in imports(path)
        if module.split(".")[0] == "sqlalchemy"
        and not module.startswith("sqlalchemy.exc")
        and name not in SQLALCHEMY_TYPES
    ]
    assert wrong == []


def test_the_modules_the_pi_needs_use_the_standard_library_only() -> None:
    import sys

    allowed = sys.stdlib_module_names | {"data", "__future__"}
    paths = [ROOT / Path(*module.split(".")) for module in PI_MODULES - {"data"}]
    files = [file for path in paths for file in (path.rglob("*.py") if path.is_dir() else [path.with_suffix(".py")])]
    assert len(files) > len(paths)  # data.document is a folder
    wrong = [
        f"{file.relative_to(ROOT)}: {needed}"
        for file in files
        for needed in imported(file)
        if needed.split(".")[0] not in allowed
        or (needed.startswith("data.") and not needed.startswith(tuple(PI_MODULES - {"data"})))
    ]
    assert wrong == []


def layer_of(room: str, module: str) -> tuple[int, str]:
    """The place of a module of that room in its order, from the top, and the package it belongs to."""
    part = module.split(".")[1] if "." in module else ""
    places = [place for place, layer in enumerate(ORDER_INSIDE[room]) if part in layer]
    assert len(places) == 1, f"{module}: ORDER_INSIDE[{room!r}] names {part!r} {len(places)} times"
    return places[0], part


@pytest.mark.parametrize("room", sorted(ORDER_INSIDE))
def test_a_package_imports_only_the_layers_below_it(room: str) -> None:
    wrong = []
    for module, needed in arrows(room).items():
        if module == room or module.startswith(f"{room}.migrations"):
            continue
        place, part = layer_of(room, module)
        for other in needed - {room}:
            other_place, other_part = layer_of(room, other)
            if other_part != part and other_place <= place:
                wrong.append(f"{module} imports {other}")
    assert wrong == []


@pytest.mark.parametrize("room", ROOMS)
def test_no_circle_among_the_modules_of_a_room(room: str) -> None:
    """An import within a function or under TYPE_CHECKING is an arrow too."""
    left = arrows(room)
    while free := [module for module, needed in left.items() if not needed & left.keys()]:
        for module in free:
            del left[module]
    assert sorted(left) == []


def test_nothing_imports_the_demonstration() -> None:
    wrong = [
        str(path.relative_to(ROOT))
        for room in ROOMS
        if room != "demo"
        for path in modules(room)
        if any(module.split(".")[0] == "demo" for module in imported(path))
    ]
    assert wrong == []


def test_importing_a_module_reads_no_environment_and_starts_no_thread() -> None:
    """Module level statements only define: no call to os.environ, open(), Thread() or connect() outside functions."""
    suspects = {"open", "Thread", "connect", "create_engine", "getenv", "create_app", "Popen"}
    wrong = []
    for room in ROOMS:
        for path in modules(room):
            if path.name == "__main__.py" or "migrations" in path.parts:
                continue
            for statement in ast.parse(path.read_text(encoding="utf-8")).body:
                if isinstance(
                    statement, (ast.FunctionDef, ast.ClassDef, ast.AsyncFunctionDef, ast.Import, ast.ImportFrom, ast.If)
                ):
                    continue
                for node in ast.walk(statement):
                    if isinstance(node, ast.Lambda):
                        continue
                    if isinstance(node, ast.Call):
                        called = (
                            node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
                        )
                        if called in suspects:
                            wrong.append(f"{path.relative_to(ROOT)}:{node.lineno} calls {called}()")
                    if isinstance(node, ast.Attribute) and node.attr == "environ":
                        wrong.append(f"{path.relative_to(ROOT)}:{node.lineno} reads the environment")
    assert wrong == []


MOST_MODULES = 15
FILES_OF_A_PREFIX = 3


def folders() -> dict[str, list[str]]:
    """Folder -> the names of its modules, for every room, the tests and the benchmarks."""
    names: dict[str, list[str]] = defaultdict(list)
    for room in (*ROOMS, "tests", "benchmarks"):
        for path in modules(room):
            if path.name != "__init__.py":
                names[str(path.parent.relative_to(ROOT))].append(path.stem)
    return names


def test_no_folder_holds_more_modules_than_one_can_look_over() -> None:
    crowded = {
        folder: len(names)
        for folder, names in folders().items()
        if len(names) > MOST_MODULES * (2 if folder.startswith("tests") else 1)
    }
    assert crowded == {}, "divide it by subject into packages"


def test_a_prefix_that_three_files_share_is_a_folder() -> None:
    shared = {
        f"{folder}/{prefix}_*": count
        for folder, names in folders().items()
        for prefix, count in Counter(
            name.removeprefix("test_").split("_")[0] for name in names if not name[0].isdigit()
        ).items()
        if prefix and count >= FILES_OF_A_PREFIX
    }
    assert shared == {}, "make a package of that name"
