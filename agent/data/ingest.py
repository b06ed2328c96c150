"""Data in: files are read, cleaned and merged; what is not good goes to the quarantine.

Everything is read before anything is written. Then the catalogue, the key map and the event
buckets are replaced one after the other, each as a whole, and the rest follows in one transaction;
`data_hash` is absent in between, so that a stopped ingest cannot pass for a finished one.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from hashlib import blake2b
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import sqlalchemy as sa

from agent.data import store as tables
from agent.data.buckets import Staging, bucket_paths, totals
from agent.data.catalogue import Catalogue
from agent.data.cleaning import Reject
from agent.data.customers import Customers, save_attributes
from agent.data.files import only_writer
from agent.data.glossary import read_glossary
from agent.data.keys import KeyMap
from agent.data.mapping import (
    CustomerSource,
    EventSource,
    KeySource,
    Mapping,
    ProductSource,
    Source,
)
from agent.data.readers import Chunk, DataFile, open_file
from agent.data.repeats import Once
from agent.data.report import IngestReport, Tally
from agent.data.store import insert, upsert
from agent.data.tables import Clean, clean_customers, clean_events, clean_keys, clean_products
from agent.data.times import Clock
from agent.errors import MappingError, PortraitError, ReadError, SettingsError
from agent.progress import Progress, Tick, silent
from agent.workspace import Workspace


@dataclass(frozen=True)
class _Reading:
    """One file to be read for one source."""

    name: str
    source: Source
    file: DataFile


def ingest(
    workspace: Workspace, mapping: Mapping, files: Sequence[Path] = (), progress: Progress = silent
) -> IngestReport:
    """Read files as the mapping says into the workspace, and say what became of every row.

    `files` go to the sources whose `file` pattern fits; without any, the sources' own files are
    read. Rows that are there already are duplicates, so reading a file twice changes nothing.
    Raises `MappingError` and `ReadError` before anything is written, `SettingsError` where the
    number of buckets changed, `StoreError`.
    """
    with only_writer(workspace.home):
        readings = [
            _Reading(name, source, open_file(path, source))
            for name, source, path in _plan(mapping, files)
        ]
        _settle_buckets(workspace)
        names = {"files": [str(reading.file.path) for reading in readings]}
        run = workspace.store.start_run("ingest", names)
        try:
            report = _run(workspace, mapping, readings, run, progress)
        except BaseException as error:
            status = "failed" if isinstance(error, Exception) else "stopped"
            reason = str(error) if isinstance(error, PortraitError) else type(error).__name__
            workspace.store.end_run(run, status, {**names, "error": reason})
            raise
        workspace.store.end_run(run, "done", report.as_dict())
        return report


def data_hash(workspace: Workspace) -> str:
    """A hash of all that was ingested: events, catalogue, customers and attributes."""
    digest = blake2b(digest_size=16)
    for name in _data_files(workspace):
        digest.update(name.encode())
        with (workspace.home / name).open("rb") as file:
            while block := file.read(1 << 20):
                digest.update(block)
    for table in (tables.customers, tables.attributes):
        key = next(iter(table.primary_key))
        for row in workspace.store.rows(sa.select(table).order_by(key)):
            digest.update(json.dumps(row, sort_keys=True, ensure_ascii=False).encode())
    return digest.hexdigest()


def _data_files(workspace: Workspace) -> list[str]:
    """The files of events and products that are there, named from the home folder on."""
    paths = [*bucket_paths(workspace.events), workspace.products]
    return [str(path.relative_to(workspace.home)) for path in paths if path.exists()]


def _plan(mapping: Mapping, files: Sequence[Path]) -> list[tuple[str, Source, Path]]:
    """What to read, keys first, then in the order of the mapping, then of the file names."""
    found = {name: _own_files(mapping, source) for name, source in mapping.sources.items()}
    if files:
        found = _given_files(mapping, found, files)
    else:
        for name, paths in found.items():
            if not paths:
                pattern = mapping.sources[name].file
                raise MappingError(f"source {name!r}: no file {pattern!r} in {mapping.folder}")
    order = sorted(mapping.sources.items(), key=lambda item: item[1].table != "keys")
    return [(name, source, path) for name, source in order for path in sorted(found[name])]


def _own_files(mapping: Mapping, source: Source) -> list[Path]:
    pattern = Path(source.file)
    try:
        exact = mapping.folder / pattern
        if exact.exists():
            return [exact]
        base = Path(pattern.anchor) if pattern.anchor else mapping.folder
        return list(base.glob(str(pattern.relative_to(pattern.anchor))))
    except (OSError, ValueError) as error:
        raise MappingError(f"file {source.file!r} cannot be looked for: {error}") from error


def _given_files(
    mapping: Mapping, own: dict[str, list[Path]], files: Sequence[Path]
) -> dict[str, list[Path]]:
    found: dict[str, list[Path]] = {name: [] for name in mapping.sources}
    for path in {file.resolve(): file for file in files}.values():
        names = [
            name for name, paths in own.items() if path.resolve() in {p.resolve() for p in paths}
        ]
        names = names or [name for name, s in mapping.sources.items() if _fits(path, s.file)]
        if not names:
            patterns = ", ".join(f"{name}: {s.file}" for name, s in mapping.sources.items())
            raise MappingError(f"{path}: fits no source of the mapping; their files: {patterns}")
        for name in names:
            found[name].append(path)
    return found


def _fits(path: Path, pattern: str) -> bool:
    return fnmatchcase(path.name.casefold(), Path(pattern).name.casefold())


def _settle_buckets(workspace: Workspace) -> None:
    wanted, kept = workspace.settings.buckets, workspace.store.get_meta("buckets")
    if kept is None:
        workspace.store.set_meta("buckets", wanted)
    elif kept != wanted:
        raise SettingsError(
            f"buckets: {wanted} in the settings, but this home was made with {kept}; "
            f"set buckets: {kept}, or ingest into a new home"
        )


def _run(
    workspace: Workspace,
    mapping: Mapping,
    readings: list[_Reading],
    run: int,
    progress: Progress,
) -> IngestReport:
    with Staging(workspace.events, workspace.settings.buckets) as staging:
        job = _Job(workspace, mapping, staging)
        glossary = read_glossary(mapping.folder / mapping.glossary) if mapping.glossary else []
        tallies = [job.read(number, reading, progress) for number, reading in enumerate(readings)]
        workspace.store.set_meta("data_hash", None)
        job.catalogue.save()
        job.keys.save()
        for done, merged in enumerate(staging.merge(), start=1):
            job.customers.meet(merged.customers)
            for number, tally in enumerate(tallies):
                mine = pc.equal(merged.repeats["file"], number)
                tally.repeat(merged.repeats.filter(mine)["row"])
            progress(Tick("store events", done, len(staging.touched)))
    with workspace.store.begin() as connection:
        upsert(connection, tables.glossary, glossary)
        job.customers.save(connection)
        save_attributes(connection, mapping.attributes, job.customers)
        _replace_quarantine(connection, tallies, run)
    return _conclude(workspace, mapping, readings, tallies, run)


class _Job:
    """What the files of an ingest fill."""

    def __init__(self, workspace: Workspace, mapping: Mapping, staging: Staging) -> None:
        self.mapping, self.staging = mapping, staging
        self.keys = KeyMap(workspace.home / "keys.parquet")
        self.catalogue = Catalogue(workspace.products)
        self.customers = Customers()

    def read(self, number: int, reading: _Reading, progress: Progress) -> Tally:
        """Read one file to its end."""
        path = reading.file.path
        tally = Tally(str(path), reading.name, reading.source.table)
        once = Once(_KEYS.get(reading.source.table, ()))
        clock = self._clock(reading)
        for chunk in reading.file.chunks():
            tally.given += len(chunk.rows) + len(chunk.rejects)
            try:
                clean = self._clean(chunk, reading, clock)
            except pa.ArrowException as error:
                reason = " ".join(str(error).split())
                raise ReadError(
                    f"{path}: cannot be read after row {tally.given}: {reason}"
                ) from error
            tally.reject(clean.rejects)
            tally.reject(self._take(clean.rows, number, reading.source, once))
            progress(Tick(f"read {path.name}", tally.given, reading.file.total))
        return tally

    def _clock(self, reading: _Reading) -> Clock:
        shop = self.mapping.shop_timezone
        zone = getattr(reading.source, "timezone", None) or shop
        excel = reading.file.path.suffix.lower() in {".xlsx", ".xls"}
        return Clock(zone, shop, getattr(reading.source, "time_format", None), excel)

    def _clean(self, chunk: Chunk, reading: _Reading, clock: Clock) -> Clean:
        match reading.source:
            case EventSource() as source:
                return clean_events(chunk, reading.name, source, clock, self.keys)
            case CustomerSource() as source:
                return clean_customers(chunk, source, clock, self.keys)
            case ProductSource() as source:
                return clean_products(chunk, source)
            case KeySource() as source:
                return clean_keys(chunk, source)

    def _take(self, rows: pa.Table, number: int, source: Source, once: Once) -> list[Reject]:
        if source.table == "events":
            self.staging.add(rows, number)
            return []
        new, repeats = once.split(rows)
        match source.table:
            case "customers":
                self.customers.add(new)
            case "products":
                self.catalogue.add(new)
            case "keys":
                repeats += self.keys.add(new)
        return repeats


_KEYS = {"customers": ("customer",), "products": ("product",), "keys": ("namespace", "alias")}


def _replace_quarantine(connection: sa.Connection, tallies: list[Tally], run: int) -> None:
    """The quarantine of a file is that of its last reading: it does not grow with every ingest."""
    for file in {tally.file for tally in tallies}:
        connection.execute(sa.delete(tables.quarantine).where(tables.quarantine.c.file == file))
    for tally in tallies:
        insert(connection, tables.quarantine, tally.quarantine(run))


def _conclude(
    workspace: Workspace, mapping: Mapping, readings: list[_Reading], tallies: list[Tally], run: int
) -> IngestReport:
    found = totals(workspace.events, workspace.products)
    as_of = found["last"].date().isoformat() if found["last"] else None
    digest = data_hash(workspace)
    with workspace.store.begin() as connection:
        values = {
            "as_of": as_of,
            "data_hash": digest,
            "shop_timezone": mapping.shop_timezone,
            "currency": mapping.currency,
            "files": sorted({*(workspace.store.get_meta("files") or ()), *_data_files(workspace)}),
        }
        upsert(connection, tables.meta, [{"key": k, "value": v} for k, v in values.items()])
    return IngestReport(
        run=run,
        files=tuple(tally.report() for tally in tallies),
        warnings=tuple(_warnings(readings, tallies, found)),
        customers=workspace.store.count(tables.customers),
        products=found["products"],
        events=found["events"],
        as_of=as_of,
    )


def _warnings(
    readings: list[_Reading], tallies: list[Tally], found: dict[str, int]
) -> Iterator[str]:
    for tally in tallies:
        (reason, rows), *_ = [*tally.reasons.most_common(1), ("", 0)]
        if tally.given and tally.reasons.total() == tally.given and "duplicate" not in reason:
            yield f"{tally.file}: not one row was accepted; {rows:,} of {tally.given:,}: {reason}"
    for reading in readings:
        path, encoding = reading.file.path, reading.file.encoding
        if encoding and not reading.source.encoding and not encoding.startswith("utf"):
            yield f"{path}: the encoding was taken for {encoding}; if not, name it in the mapping"
        if reading.source.personal:
            names = ", ".join(reading.source.personal)
            yield f"{path}: personal columns not stored: {names}"
    if found["unknown_products"]:
        yield (
            f"{found['unknown_products']:,} products in {found['unknown_lines']:,} events "
            "are not in the catalogue; they are counted, without a category"
        )
