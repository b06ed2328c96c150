"""The build: facts and tags for all, summaries for some or all, the index; only what changed."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from agent.data import store as tables
from agent.data.files import only_writer
from agent.data.store import insert, plain
from agent.data.warehouse import Warehouse
from agent.facts.affinity import compute_affinities
from agent.facts.catalogue import facts_table
from agent.facts.frame import facts_frame
from agent.facts.purchase import compute_facts
from agent.llm.endpoint import Endpoint
from agent.profiles.arrays import refresh_arrays
from agent.profiles.current import facts_state, tags_state
from agent.profiles.sheets import Sheets
from agent.profiles.summaries import SummaryReport, choose_customers, write_summaries
from agent.profiles.translate import refresh_glossary
from agent.progress import Progress, Tick, silent
from agent.search.customers import refresh_index
from agent.settings import Language
from agent.tags.decision import Aim
from agent.tags.infer import tag_rows
from agent.tags.labels import read_labels
from agent.tags.names import load_vocabulary
from agent.tags.priors import ask_catalogue
from agent.tags.quality import TELLING_AUC
from agent.tags.training import train
from agent.workspace import Workspace


@dataclass
class BuildReport:
    """What a build did; `facts` and `tags` tell how many rows were computed (0: still current)."""

    customers: int = 0
    facts: int = 0
    translated: int = 0
    tags: int = 0
    summaries: SummaryReport | None = None
    indexed: int = 0

    def as_dict(self) -> dict[str, Any]:
        """The report as JSON can hold it."""
        return asdict(self)


def build(
    workspace: Workspace,
    endpoints: Callable[[], Sequence[Endpoint]],
    language: Language,
    customers: Sequence[str] = (),
    limit: int | None = None,
    progress: Progress = silent,
) -> BuildReport:
    """Run all steps; `endpoints` is called only if there are summaries to write.

    One command at a time may write to a home. Raises what the steps raise; a run that is stopped or
    fails keeps what is finished.
    """
    with only_writer(workspace.home):
        return _build(workspace, endpoints, language, (customers, limit), progress)


def _build(
    workspace: Workspace,
    endpoints: Callable[[], Sequence[Endpoint]],
    language: Language,
    choice: tuple[Sequence[str], int | None],
    progress: Progress,
) -> BuildReport:
    customers, limit = choice
    report = BuildReport()
    run = workspace.store.start_run("build", {"language": language, "limit": limit})
    status = "stopped"
    try:
        report.facts = refresh_facts(workspace, progress)
        report.customers = workspace.store.count(facts_table)
        chosen = choose_customers(Sheets(workspace.store), customers, limit)
        if chosen and workspace.settings.translate_names:
            report.translated = refresh_glossary(workspace, endpoints, language, progress)
        report.tags = refresh_tags(workspace, progress)
        report.summaries = write_summaries(workspace, endpoints, chosen, language, progress)
        report.indexed = refresh_index(workspace, progress)
        status = "failed" if report.summaries.failed else "done"
    except Exception:
        status = "failed"
        raise
    finally:
        workspace.store.end_run(run, status, report.as_dict())
    return report


def refresh_facts(workspace: Workspace, progress: Progress = silent) -> int:
    """Facts and affinities for all customers, if the data or their definition changed."""
    state = facts_state(workspace)
    if workspace.store.get_meta("facts_of") == state:
        return 0
    progress(Tick("compute facts", 0, 1))
    with Warehouse(workspace.events, workspace.products, workspace.as_of) as warehouse:
        facts = _records(compute_facts(warehouse))
        affinities = _records(compute_affinities(warehouse))
    with workspace.store.begin() as connection:
        for table, rows in ((facts_table, facts), (tables.affinities, affinities)):
            connection.execute(table.delete())
            insert(connection, table, rows)
    workspace.store.set_meta("facts_of", state)
    progress(Tick("compute facts", 1, 1))
    return len(facts)


def refresh_tags(workspace: Workspace, progress: Progress = silent) -> int:
    """Tags for all customers, if facts, taxonomy, glossary, models or priors changed; with them
    the arrays that conditions are counted on."""
    sensitive = workspace.settings.sensitive_tags
    state = tags_state(workspace)
    if workspace.store.get_meta("tags_of") == state:
        return 0
    progress(Tick("decide tags", 0, 1))
    vocabulary = load_vocabulary(workspace)
    for tag in sensitive:
        vocabulary.tag(tag)
    with Warehouse(workspace.events, workspace.products, workspace.as_of) as warehouse:
        rows = tag_rows(workspace, warehouse)
    workspace.store.replace_all(tables.tags, rows)
    if sensitive:
        workspace.store.note("sensitive tags given", sensitive)
    workspace.store.set_meta("tags_of", state)
    refresh_arrays(workspace, progress)
    progress(Tick("decide tags", 1, 1))
    return len(rows)


def ask_priors(
    workspace: Workspace, endpoints: Callable[[], Sequence[Endpoint]], progress: Progress = silent
) -> tuple[int, int]:
    """Ask the model what it has not said about the catalogue, and decide all tags anew.

    How many questions were asked, and how many rows of tags there are.
    """
    with only_writer(workspace.home):
        refresh_facts(workspace, progress)
        asked = ask_catalogue(workspace, endpoints, progress)
        return asked, refresh_tags(workspace, progress)


def learn_tags(
    workspace: Workspace, path: Path, aim: Aim, progress: Progress = silent
) -> dict[str, Any]:
    """Learn every tag that a file labels, and decide all tags anew; what was learned and refused.

    Raises what `read_labels` and `train` raise.
    """
    with only_writer(workspace.home):
        run = workspace.store.start_run("train", {"labels": path.name, "aim": str(aim)})
        report: dict[str, Any] = {}
        status = "stopped"
        try:
            refresh_facts(workspace, progress)
            labels = read_labels(path, list(facts_frame(workspace.store)["customer"]))
            cards, refused = train(workspace, labels, aim, progress)
            tags = refresh_tags(workspace, progress)
            learned = [asdict(card) for card in cards]
            report = {"tags": learned, "refused": refused, "unknown": len(labels.unknown)}
            report["rows"] = tags
            report["too_good"] = [c.tag for c in cards if c.figures["auc"] >= TELLING_AUC]
            status = "failed" if refused else "done"
        except Exception:
            status = "failed"
            raise
        finally:
            workspace.store.end_run(run, status, report)
    return report


def _records(frame: Any) -> list[dict[str, Any]]:
    """The rows of a frame as the database takes them; unknown is None."""
    known = frame.astype(object).where(frame.notna(), None)
    return [{name: plain(value) for name, value in row.items()} for row in known.to_dict("records")]
