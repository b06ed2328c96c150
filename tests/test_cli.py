"""The command line as a person uses it: what it prints, its exit codes, and never a traceback."""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from rich.cells import cell_len

from agent import __version__
from agent.workspace import Workspace
from tests.ask.shop import make_home, write_profiles
from tests.conftest import Run
from tests.fake_server import FakeServer
from tests.test_docs import commands

ROOT = Path(__file__).parents[1]
_ASK = "question language kind conditions count customers groups answer citations unanswerable"
_SHOW = "customer summary summary_source language tags facts model made_at"
ASK_KEYS, SHOW_KEYS = set(_ASK.split()), set(_SHOW.split())


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    workspace, _ = make_home(tmp_path_factory.mktemp("cli"))
    with workspace:
        write_profiles(workspace)
    return workspace.home


def assert_one_line(err: str) -> None:
    lines = err.strip().splitlines()
    assert len(lines) == 1, err
    assert lines[0].startswith("portrait: ")
    assert "Traceback" not in err


# ---- what it prints


def test_version(run: Run) -> None:
    assert run("--version") == (0, f"portrait {__version__}\n", "")


@pytest.mark.parametrize("name", sorted(commands()))
def test_help_of_every_command(run: Run, name: str) -> None:
    code, out, _ = run(*name.split(), "--help")
    assert code == 0
    assert "Usage:" in out


def test_help_starts_quickly_because_it_imports_little() -> None:
    heavy = ("pandas", "duckdb", "chromadb", "sqlalchemy", "pydantic", "openai", "langchain_core")
    script = f"import sys, agent.cli; print([m for m in {heavy!r} if m in sys.modules])"
    printed = subprocess.check_output([sys.executable, "-c", script], cwd=ROOT, text=True)
    assert printed.strip() == "[]"


def test_ask_prints_the_contract(run: Run, home: Path) -> None:
    code, out, err = run("--home", home, "ask", "How", "many", "pet", "owners?", "--json")
    printed = json.loads(out)
    assert (code, err) == (0, "")
    assert printed["question"] == "How many pet owners?"
    assert set(printed) >= ASK_KEYS
    assert printed["count"] == len(printed["customers"])
    assert set(printed["citations"][0]) >= {"customer", "evidence"}


def test_show_prints_the_contract(run: Run, home: Path) -> None:
    code, out, err = run("--home", home, "show", "c000", "--json")
    printed = json.loads(out)
    assert (code, err) == (0, "")
    assert set(printed) >= SHOW_KEYS
    assert printed["summary"]
    assert all(
        set(tag) >= {"tag", "probability", "source", "evidence"} and tag["evidence"] is not None
        for tag in printed["tags"]
    )


@pytest.mark.parametrize("command", ["tags", "fields", "problems"])
@pytest.mark.parametrize("language", ["en", "zh"])
def test_tables_parse_and_print(run: Run, home: Path, command: str, language: str) -> None:
    extra = [] if command == "problems" else ["--language", language]
    code, out, _ = run("--home", home, command, "--json", *extra)
    assert code == 0
    assert json.loads(out)
    code, out, _ = run("--home", home, command, *extra)
    assert code == 0
    assert all(cell_len(line) <= 80 for line in out.splitlines())


@pytest.mark.parametrize("customer", ["c000", "c020"])
def test_a_profile_fits_eighty_columns(run: Run, home: Path, customer: str) -> None:
    code, out, _ = run("--home", home, "show", customer)
    assert code == 0
    assert all(cell_len(line) <= 80 for line in out.splitlines())


@pytest.mark.parametrize(
    "question", ["Who bought wine and ordered at least 2 times?", "养宠物的顾客有多少？"]
)
def test_an_answer_fits_eighty_columns(run: Run, home: Path, question: str) -> None:
    code, out, _ = run("--home", home, "ask", question)
    assert code == 0
    assert all(cell_len(line) <= 80 for line in out.splitlines())
    assert re.search(r"^c0\d\d  ", out, re.M)


def test_questions_from_a_file_are_one_line_each(run: Run, home: Path, tmp_path: Path) -> None:
    path = tmp_path / "questions.txt"
    path.write_text("\ufeffHow many pet owners?\n\n养宠物的顾客有多少？\r\n", encoding="utf-8")
    code, out, _ = run("--home", home, "ask", "--from", path, "--json")
    answers = [json.loads(line) for line in out.splitlines()]
    assert code == 0
    assert [answer["language"] for answer in answers] == ["en", "zh"]
    assert answers[0]["count"] == answers[1]["count"]


def test_a_second_demo_asks_the_model_nothing(run: Run, home: Path, tmp_path: Path) -> None:
    mine = tmp_path / "home"
    shutil.copytree(home, mine)
    with FakeServer("A shopper.") as server:
        model = {"name": "fake", "urls": [server.url], "api_key": server.key}
        (mine / "settings.yaml").write_text(json.dumps({"model": model}), encoding="utf-8")
        code, _, err = run("--home", mine, "demo")
        assert (code, server.requests) == (2, [])
        assert "another --home" in err
        with Workspace(mine) as workspace:
            workspace.store.set_meta("example", "completejourney")
        code, first, _ = run("--home", mine, "demo")
        asked = len(server.requests)
        again = run("--home", mine, "demo")
        assert len(server.requests) == asked > 0
    assert code == again[0] == 0
    assert "20 written" in first
    for title in (
        "facts",
        "summaries in Chinese",
        "index",
        "How many coupon lovers are there by age?",
    ):
        assert re.search(rf"^{re.escape(title)} \(", again[1], re.M), title
    assert "0 written, 0 of them by the template, 20 current" in again[1]
    assert "model server" not in again[1]


# ---- exports


def test_an_export_holds_the_ids_and_the_conditions(run: Run, home: Path, tmp_path: Path) -> None:
    path = tmp_path / "audience.csv"
    code, out, _ = run("--home", home, "ask", "Who bought wine?", "--export", path, "--json")
    assert code == 0
    found = path.read_text(encoding="utf-8-sig").split()
    assert found == ["customer", *json.loads(out)["customers"]]
    about = json.loads((tmp_path / "audience.header.json").read_text(encoding="utf-8"))
    assert about["question"] == "Who bought wine?"
    assert "bought wine in at least 1 order" in about["conditions"]["en"]
    assert not list(tmp_path.glob(".*"))


def test_an_export_tells_who_is_held_back(run: Run, home: Path, tmp_path: Path) -> None:
    """This shop recorded no consent, and missing means no."""
    path = tmp_path / "audience.csv"
    asked = ("ask", "Who bought wine?", "--export", path)
    code, out, _ = run("--home", home, *asked, "--field", "spend", "--tag", "wine")
    assert code == 0
    head = path.read_text(encoding="utf-8-sig").splitlines()[0]
    assert head.startswith("customer,spend,wine")
    assert str(path.name) in out.replace("\n", "")
    code, _, err = run("--home", home, *asked, "--channel", "carrier-pigeon")
    assert code == 2
    assert_one_line(err)


# ---- conversations and saved audiences


def test_a_follow_up_refines(run: Run, home: Path, tmp_path: Path) -> None:
    code, out, _ = run(
        *("--home", home, "ask", "How many bought wine?", "--then", "only pet owners", "--json")
    )
    assert code == 0
    talk = json.loads(out)
    assert talk["conditions"] == [{"bought": ["wine"]}, {"tag": "pet_owner"}]
    file = tmp_path / "questions.txt"
    file.write_text("How many bought wine?\n> only pet owners\n", encoding="utf-8")
    code, out, _ = run("--home", home, "ask", "--from", file, "--json")
    first, second = map(json.loads, out.splitlines())
    assert first["count"] >= second["count"] == talk["count"]


def test_an_audience_is_kept_named_and_forgotten(run: Run, home: Path) -> None:
    asked = ("--home", home, "ask")
    assert run(*asked, "pet owners who bought wine", "--save", "cosy evenings")[0] == 0
    code, out, _ = run(*asked, "How many cosy evenings customers are there?", "--json")
    assert code == 0
    assert json.loads(out)["conditions"] == [{"tag": "pet_owner"}, {"bought": ["wine"]}]
    assert "cosy evenings" in run("--home", home, "audiences")[1]
    assert run("--home", home, "audiences", "--delete", "cosy evenings")[0] == 0
    assert "no audience" in run("--home", home, "audiences")[1]


def test_what_was_understood_can_be_edited(
    run: Run, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[str] = []

    def change(text: str, extension: str) -> str:
        seen.append(text + extension)
        return text.replace("wine", "beer")

    monkeypatch.setattr("click.edit", change)
    code, out, _ = run("--home", home, "ask", "Who bought wine?", "--edit", "--json")
    assert code == 0
    assert "kind: list" in seen[0]
    assert json.loads(out)["conditions"] == [{"bought": ["beer"]}]


@pytest.mark.parametrize("place", ["missing/audience.csv", ".", "/", "folder.csv", "data.sqlite"])
def test_an_export_that_cannot_be_written(run: Run, home: Path, tmp_path: Path, place: str) -> None:
    (tmp_path / "folder.csv").mkdir()
    (tmp_path / "data.sqlite").write_text("precious")
    code, _, err = run("--home", home, "ask", "Who bought wine?", "--export", tmp_path / place)
    assert code == 1
    assert_one_line(err)
    assert "unexpected" not in err
    assert (tmp_path / "data.sqlite").read_text() == "precious"
    assert not list(tmp_path.rglob("*.part"))


def test_what_was_not_understood_is_not_exported(run: Run, home: Path, tmp_path: Path) -> None:
    path = tmp_path / "audience.csv"
    code, _, err = run("--home", home, "ask", "friendly pet owners", "--export", path)
    assert code == 1
    assert_one_line(err)
    assert not path.exists()


# ---- mistakes


@pytest.mark.parametrize(
    "arguments",
    [
        ["frobnicate"],
        ["show"],
        ["show", "--frobnicate", "1"],
        ["show", "nobody"],
        ["tags", "--language", "fr"],
        ["ask"],
        ["ask", ""],
        ["ask", "   "],
        ["ask", "--from", "no-such-file"],
        ["ask", "--from", "."],
        ["ask", "a question", "--from", "README.md"],
        ["build", "--limit", "-1"],
        ["build", "--limit", "x"],
        ["example", "nothing"],
        ["ingest"],
        ["ingest", "--mapping", "no-such-file.yaml"],
        ["ingest", "--mapping", "."],
        ["llm", "frobnicate"],
    ],
)
def test_wrong_usage_is_one_line_and_two(run: Run, home: Path, arguments: list[str]) -> None:
    code, _, err = run("--home", home, *arguments)
    assert_one_line(err)
    assert code == 2


def test_questions_that_are_no_text(run: Run, home: Path, tmp_path: Path) -> None:
    path = tmp_path / "questions"
    path.write_bytes(b"\xff\xfe\x00\x81")
    code, _, err = run("--home", home, "ask", "--from", path)
    assert_one_line(err)
    assert code == 2


@pytest.mark.parametrize("command", [["ask", "How many customers?"], ["build", "--limit", "0"]])
def test_an_empty_home_says_what_to_run(run: Run, tmp_path: Path, command: list[str]) -> None:
    code, _, err = run("--home", tmp_path / "home", *command)
    assert_one_line(err)
    assert "portrait ingest" in err
    assert code == 1


def test_a_home_that_is_a_file(run: Run, tmp_path: Path) -> None:
    path = tmp_path / "home"
    path.write_text("not a folder")
    code, _, err = run("--home", path, "tags")
    assert_one_line(err)
    assert code == 1


def test_a_home_that_cannot_be_made(run: Run) -> None:
    code, _, err = run("--home", "/proc/portrait-home", "tags")
    assert_one_line(err)
    assert code == 1


@pytest.mark.parametrize("text", ["{", "langage: en", "- a list", "model: {in_flight: 0}", "\x00"])
def test_broken_settings(run: Run, tmp_path: Path, text: str) -> None:
    (tmp_path / "settings.yaml").write_text(text, encoding="utf-8")
    code, _, err = run("--home", tmp_path, "tags")
    assert_one_line(err)
    assert "settings.yaml" in err
    assert code == 2


def test_a_database_without_its_driver(run: Run, tmp_path: Path) -> None:
    settings = json.dumps({"store_url": "mysql://me:secret@nowhere/shop"})
    (tmp_path / "settings.yaml").write_text(settings, encoding="utf-8")
    code, _, err = run("--home", tmp_path, "tags")
    assert_one_line(err)
    assert "postgresql+psycopg" in err
    assert "secret" not in err
    assert code == 1


@pytest.mark.parametrize("command", [["tags"], ["show", "c000"], ["ask", "How many pet owners?"]])
def test_a_damaged_database(run: Run, home: Path, tmp_path: Path, command: list[str]) -> None:
    damaged = tmp_path / "home"
    shutil.copytree(home, damaged)
    for path in damaged.glob("portrait.sqlite*"):
        path.unlink()
    (damaged / "portrait.sqlite").write_bytes(b"this is no database " * 500)
    code, _, err = run("--home", damaged, *command)
    assert_one_line(err)
    assert code == 1


def test_a_damaged_index_is_repaired(run: Run, home: Path, tmp_path: Path) -> None:
    damaged = tmp_path / "home"
    shutil.copytree(home, damaged)
    for path in (damaged / "search").rglob("*.sqlite3"):
        path.write_bytes(b"this is no database " * 500)
    code, _, err = run("--home", damaged, "ask", "How many pet owners?")
    assert_one_line(err)
    assert "portrait repair" in err
    assert code == 1
    assert run("--home", damaged, "repair")[0] == 0
    assert run("--home", damaged, "ask", "How many pet owners?")[0] == 0


def test_missing_events(run: Run, home: Path, tmp_path: Path) -> None:
    damaged = tmp_path / "home"
    shutil.copytree(home, damaged)
    shutil.rmtree(damaged / "events")
    code, _, err = run("--home", damaged, "ask", "How many pet owners?")
    assert_one_line(err)
    assert code == 1


def test_a_bug_is_one_line_with_a_file(
    run: Run, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> None:
        raise ZeroDivisionError("oh\nno")

    monkeypatch.setattr("agent.profiles.show.tag_table", fail)
    code, _, err = run("--home", home, "tags")
    assert_one_line(err)
    found = re.search(r"please report it with (\S+)", err)
    assert found
    assert "ZeroDivisionError" in Path(found[1]).read_text(encoding="utf-8")
    assert code == 1


def test_stopping_keeps_what_is_finished(
    run: Run, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def stop(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("agent.profiles.show.tag_table", stop)
    code, _, err = run("--home", home, "tags")
    assert_one_line(err)
    assert "run the command again" in err
    assert code == 130


# ---- as a process of its own


def portrait(*arguments: object) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-m", "agent", *map(str, arguments)],
        cwd=ROOT,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        # What a shell starts in the background ignores Ctrl-C, and so would all that it starts.
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL) and None,  # noqa: PLW1509
    )


def test_a_reader_that_leaves_is_no_error(home: Path) -> None:
    for command in (["tags", "--json"], ["fields"]):
        process = portrait("--home", home, *command)
        assert process.stdout
        assert process.stderr
        process.stdout.close()
        assert process.stderr.read() == ""
        process.wait(60)
        process.stderr.close()


def test_control_c_in_the_middle(home: Path, tmp_path: Path) -> None:
    questions = tmp_path / "questions.txt"
    questions.write_text("How many pet owners?\n" * 20_000)
    process = portrait("--home", home, "ask", "--from", questions, "--json")
    assert process.stdout
    assert process.stdout.readline().startswith('{"question"')
    process.send_signal(signal.SIGINT)
    time.sleep(0.1)
    _, err = process.communicate(timeout=60)
    assert process.returncode == 130, err
    assert_one_line(err)
