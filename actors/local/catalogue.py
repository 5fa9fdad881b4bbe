"""Every section of settings there is: found by convention, one file `settings.py` in each part."""

import importlib.util
import sys
from collections.abc import Iterator
from pathlib import Path

import actors
import edge
from actors.kernel.settings import Section, SettingsError, unknown


def sections() -> list[type[Section]]:
    """The sections, those of the platform as a whole first."""
    for package in (actors, edge):
        for folder in package.__path__:
            root = Path(folder)
            for file in sorted([*root.glob("settings.py"), *root.glob("*/settings.py")]):
                _load(".".join((package.__name__, *file.relative_to(root).with_suffix("").parts)), file)
    found = list(_below(Section))
    return sorted(found, key=lambda section: (str(section.model_config.get("env_prefix")).count("_"), section.__name__))


def refuse_unknown() -> None:
    """Raises SettingsError when the environment holds an `ATRIUM_…` variable that no section knows."""
    complaints = unknown(sections())
    if complaints:
        raise SettingsError("; ".join(complaints) + ". Unset it or correct its name; `atrium doctor` lists them all.")


def _load(name: str, file: Path) -> None:
    """Imports one settings module without its package, which would bring the whole part of the platform with it."""
    if name in sys.modules:
        return
    spec = importlib.util.spec_from_file_location(name, file)
    assert spec is not None and spec.loader is not None, file
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    try:
        spec.loader.exec_module(module)
    except BaseException:
        del sys.modules[name]
        raise


def _below(section: type[Section]) -> Iterator[type[Section]]:
    for subclass in section.__subclasses__():
        yield subclass
        yield from _below(subclass)
