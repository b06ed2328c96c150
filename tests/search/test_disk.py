"""What happens on disk: locks, crashes, damage, erasure."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from agent.errors import SearchIndexError
from agent.search.index import Index
from tests.search.fakes import Counter, direction, entry

ROOT = Path(__file__).parents[2]

WRITER = """
import sys
from pathlib import Path
from agent.search.index import Index
from tests.search.fakes import Counter, entry

with Index(Path(sys.argv[1]), None, Counter().embedder) as index:
    for start in range(0, 1_000_000, 64):
        index.upsert([entry(n) for n in range(start, start + 64)])
        print(start + 64, flush=True)
"""


def start_writer(folder: Path) -> subprocess.Popen[str]:
    command = [sys.executable, "-c", WRITER, str(folder)]
    return subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=ROOT)


def test_killed_while_writing_keeps_what_was_done(tmp_path: Path) -> None:
    folder = tmp_path / "chroma"
    writer = start_writer(folder)
    assert writer.stdout
    done = 0
    try:
        while done < 1_500:
            done = int(writer.stdout.readline())
        with pytest.raises(SearchIndexError, match=f"process {writer.pid} has it open"):
            Index(folder, None, Counter().embedder)
    finally:
        os.kill(writer.pid, signal.SIGKILL)
        writer.wait()
        writer.stdout.close()
    counter = Counter()
    with Index(folder, None, counter.embedder) as index:
        assert {f"c{n}" for n in range(done)} <= index.ids()
        assert index.search(entry(done - 1).text, 1)[0].customer == f"c{done - 1}"
        assert index.upsert([entry(n) for n in range(done)]) == 0
        assert index.rebuild([entry(1)]) == 1
        assert index.ids() == {"c1"}


def test_only_one_owner_also_within_a_process(tmp_path: Path) -> None:
    folder = tmp_path / "chroma"
    with (
        Index(folder, None, Counter().embedder),
        pytest.raises(SearchIndexError, match=f"process {os.getpid()} has it open"),
    ):
        Index(folder, None, Counter().embedder)
    Index(folder, None, Counter().embedder).close()


def test_rebuild_leaves_no_byte_of_a_deleted_customer(tmp_path: Path) -> None:
    folder = tmp_path / "chroma"
    gone = entry(77, "secretive collector of 珍贵邮票")
    vector = np.array(direction(gone.text), dtype=np.float32).tobytes()
    traces = [b"secretive collector", "珍贵邮票".encode(), vector, vector[:32]]
    others = [entry(n) for n in range(1_200) if n != 77]
    with Index(folder, None, Counter().embedder) as index:
        index.upsert([gone, *others])
        index.delete(["c77"])
        assert found(folder, traces), "the old files hold it: else this test shows nothing"
        index.rebuild(others, keep_vectors=True)
        assert not found(folder, traces)
        assert len(index.ids()) == 1_199
    assert not found(folder, traces)


def found(folder: Path, traces: list[bytes]) -> list[bytes]:
    contents = [file.read_bytes() for file in folder.rglob("*") if file.is_file()]
    assert contents
    return [trace for trace in traces for content in contents if trace in content]


def damage_database_half(content: Path) -> None:
    database = content / "chroma.sqlite3"
    os.truncate(database, database.stat().st_size // 2)


def damage_database_bytes(content: Path) -> None:
    (content / "chroma.sqlite3").write_bytes(b"no database" * 999)


def damage_database_gone(content: Path) -> None:
    (content / "chroma.sqlite3").unlink()


def damage_vectors_gone(content: Path) -> None:
    for file in content.glob("*/*"):
        file.unlink()


def damage_vectors_half(content: Path) -> None:
    (vectors,) = content.glob("*/data_level0.bin")
    os.truncate(vectors, vectors.stat().st_size // 2)


def damage_header(content: Path) -> None:
    (header,) = content.glob("*/header.bin")
    os.truncate(header, 10)


def damage_vector_list(content: Path) -> None:
    (names,) = content.glob("*/index_metadata.pickle")
    names.write_bytes(b"nothing" * 99)


@pytest.mark.parametrize(
    "damage",
    [
        damage_database_half,
        damage_database_bytes,
        damage_database_gone,
        damage_vectors_gone,
        damage_vectors_half,
        damage_header,
        damage_vector_list,
    ],
)
def test_damage_is_told_and_rebuilt(tmp_path: Path, damage: object) -> None:
    folder = tmp_path / "chroma"
    entries = [entry(n) for n in range(1_200)]
    with Index(folder, None, Counter().embedder) as index:
        index.rebuild(entries)
    (content,) = folder.glob("data-*")
    assert callable(damage)
    damage(content)
    with Index(folder, None, Counter().embedder) as index:
        for use in (index.ids, lambda: index.search("tea", 3), lambda: index.upsert([entry(1)])):
            with pytest.raises(SearchIndexError, match="portrait repair") as caught:
                use()
            assert "\n" not in str(caught.value)
        index.rebuild(entries[:30], keep_vectors=True)
        assert len(index.search("tea", 99)) == 30
    assert list(folder.glob("data-*")) != [content]


def test_left_over_content_is_removed(tmp_path: Path) -> None:
    folder = tmp_path / "chroma"
    with Index(folder, None, Counter().embedder) as index:
        index.upsert([entry(1)])
    (folder / "data-halfmade").mkdir()
    (folder / "data-halfmade" / "chroma.sqlite3").write_bytes(b"x")
    with Index(folder, None, Counter().embedder) as index:
        assert index.ids() == {"c1"}
        assert len(list(folder.glob("data-*"))) == 1


def test_a_file_where_the_folder_should_be(tmp_path: Path) -> None:
    (tmp_path / "chroma").write_text("not a folder")
    with pytest.raises(SearchIndexError, match="writable folder"):
        Index(tmp_path / "chroma", None, Counter().embedder)
