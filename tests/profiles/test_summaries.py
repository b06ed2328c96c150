"""Summaries in bulk, against a scripted server and a real SQLite home."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml
from typer.testing import CliRunner

from agent import prompts
from agent.cli import app
from agent.data import store as tables
from agent.errors import UnknownError
from agent.facts.sheet import sheet_text
from agent.llm import client
from agent.profiles import summaries
from agent.profiles.sheets import Sheets
from agent.profiles.summaries import SummaryReport, choose_customers, write_summaries
from agent.profiles.writer import ATTEMPTS
from agent.progress import Progress, Tick, silent
from agent.settings import Language
from agent.workspace import Workspace
from tests.fake_server import FakeServer, Json, Reply, last_words
from tests.profiles.conftest import CUSTOMERS, OpenHome, faithful

Serve = Callable[..., FakeServer]
CHAT = "/v1/chat/completions"
LIE = "This customer placed 999 orders, with a dog and two kids."


@pytest.fixture(autouse=True)
def _short_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(client, "FIRST_PAUSE_SECONDS", 0.01)


def write(
    home: Workspace, server: FakeServer, language: Language = "en", progress: Progress = silent
) -> SummaryReport:
    chosen = choose_customers(Sheets(home.store))
    return write_summaries(home, lambda: [server.endpoint], chosen, language, progress)


def profiles(home: Workspace) -> dict[str, dict[str, Any]]:
    return {row["customer"]: row for row in home.store.rows(tables.profiles.select())}


def letters(home: Workspace) -> dict[str, str]:
    return {row["customer"]: row["reason"] for row in home.store.rows(tables.dead_letters.select())}


def asked(server: FakeServer) -> Counter[str]:
    return Counter(last_words(chat) for chat in server.chats)


def only_for(sheet: str, wrong: Reply | str) -> Callable[[Json], Reply | str]:
    """A script that does something wrong for one sheet."""
    return lambda request: wrong if last_words(request) == sheet else faithful(request)


def sheet_of(home: Workspace, customer: str) -> str:
    return sheet_text(Sheets(home.store).sheet(customer, "en"), "en")


@pytest.mark.parametrize("language", ["en", "zh"])
def test_each_customer_is_written_once(
    fake_server: Serve, open_home: OpenHome, language: Language
) -> None:
    server = fake_server(faithful)
    home = open_home(server)
    ticks: list[Tick] = []
    report = write(home, server, language, ticks.append)
    written = profiles(home)
    assert sorted(written) == CUSTOMERS
    assert {row["summary_source"] for row in written.values()} == {"model"}
    assert {row["language"] for row in written.values()} == {language}
    assert (report.chosen, report.written, report.current, report.failed) == (12, 12, 0, 0)
    assert server.count(CHAT) == 12
    assert report.tokens == sum(row["tokens"] for row in written.values()) > 12 * 20
    assert [tick.done for tick in ticks] == list(range(1, 13))
    assert ticks[-1].counts == {"tokens": report.tokens, "templates": 0, "failed": 0}


def test_a_second_run_sends_nothing(fake_server: Serve, open_home: OpenHome) -> None:
    server = fake_server(faithful)
    home = open_home(server)
    write(home, server)
    before = profiles(home)
    chosen = choose_customers(Sheets(home.store))

    def no_server() -> Any:
        raise AssertionError("a server was asked for")

    report = write_summaries(home, no_server, chosen, "en")
    assert (report.current, report.written) == (12, 0)
    assert profiles(home) == before
    assert server.count(CHAT) == 12


def test_what_changed_is_named_and_written_anew(
    fake_server: Serve, open_home: OpenHome, monkeypatch: pytest.MonkeyPatch
) -> None:
    server = fake_server(faithful)
    home = open_home(server)
    write(home, server)
    assert write(home, server, "zh").rewritten == {"language changed": 12}
    other = home.settings.model.model_copy(update={"name": "other"})
    home.settings = home.settings.model_copy(update={"model": other})
    assert write(home, server, "zh").rewritten == {"model changed": 12}
    prompt = prompts.load_prompt("summary", "zh").model_copy(update={"system": "请转述。"})
    monkeypatch.setattr(summaries, "load_prompt", lambda _name, _language: prompt)
    assert write(home, server, "zh").rewritten == {"prompt changed": 12}
    assert write(home, server, "zh").rewritten == {}
    assert server.count(CHAT) == 48


def test_changed_facts_rewrite_only_their_customer(fake_server: Serve, open_home: OpenHome) -> None:
    server = fake_server(faithful)
    home = open_home(server)
    write(home, server)
    with home.store.begin() as connection:
        connection.exec_driver_sql(
            "UPDATE facts SET days_since_last_order = 77 WHERE customer = 'c03'"
        )
    report = write(home, server)
    assert (report.rewritten, report.current) == ({"facts changed": 1}, 11)
    assert "77 days" in profiles(home)["c03"]["summary"]
    assert server.count(CHAT) == 13


def test_changed_rules_of_checking_count_as_a_changed_prompt(
    fake_server: Serve, open_home: OpenHome, monkeypatch: pytest.MonkeyPatch
) -> None:
    server = fake_server(faithful)
    home = open_home(server)
    write(home, server)
    monkeypatch.setattr(summaries, "read_text", lambda _name: "other rules")
    assert write(home, server).rewritten == {"prompt changed": 12}


def test_a_refused_answer_is_asked_for_again_with_another_seed(
    fake_server: Serve, open_home: OpenHome
) -> None:
    seen: Counter[str] = Counter()

    def second_time_right(request: Json) -> str:
        seen[last_words(request)] += 1
        return LIE if seen[last_words(request)] == 1 else faithful(request)

    server = fake_server(second_time_right)
    home = open_home(server)
    report = write(home, server)
    row = profiles(home)["c00"]
    mine = [chat for chat in server.chats if last_words(chat) == sheet_of(home, "c00")]
    assert (row["summary_source"], row["attempts"], len(row["refused"])) == ("model", 2, 1)
    assert "999" in row["refused"][0]
    assert [chat["seed"] for chat in mine] == [0, 1]
    assert mine[0]["temperature"] == 0.0 < mine[1]["temperature"]
    assert (report.written, report.templates, sum(report.refusals.values())) == (12, 0, 12)


def test_after_all_attempts_the_template_speaks(fake_server: Serve, open_home: OpenHome) -> None:
    server = fake_server(LIE)
    home = open_home(server)
    report = write(home, server)
    row = profiles(home)["c00"]
    assert (row["summary_source"], row["attempts"]) == ("template", ATTEMPTS)
    assert len(row["refused"]) == ATTEMPTS
    assert row["summary"] == f"This customer: {sheet_of(home, 'c00')}."
    assert (report.templates, report.failed) == (12, 0)
    assert set(asked(server).values()) == {ATTEMPTS}
    assert report.tokens == 12 * ATTEMPTS * row["tokens"] // ATTEMPTS
    assert write(home, server).current == 12


def test_a_cut_answer_is_refused(fake_server: Serve, open_home: OpenHome) -> None:
    server = fake_server(lambda request: Reply(faithful(request), finish_reason="length"))
    home = open_home(server)
    assert write(home, server).templates == 12
    assert profiles(home)["c00"]["refused"][0] == "cut: the answer ended by length"


@pytest.mark.parametrize(
    ("wrong", "reason", "requests"),
    [
        (Reply("out of memory", status=500), "out of memory", client.RETRIES + 1),
        (Reply("no such key", status=401), "401", 1),
        (Reply("fine", cut=True), "no answer after", client.RETRIES + 1),
    ],
    ids=["500", "401", "cut"],
)
def test_a_server_error_is_a_dead_letter_and_the_others_go_on(
    fake_server: Serve, open_home: OpenHome, wrong: Reply, reason: str, requests: int
) -> None:
    home = open_home(fake_server(faithful))
    sheet = sheet_of(home, "c05")
    server = fake_server(only_for(sheet, wrong))
    report = write(home, server)
    assert (report.written, report.failed) == (11, 1)
    assert list(letters(home)) == ["c05"]
    assert reason in letters(home)["c05"]
    assert "\n" not in letters(home)["c05"]
    assert asked(server)[sheet] == requests
    healed = fake_server(faithful)
    again = write(home, healed)
    assert (again.written, again.current, again.failed) == (1, 11, 0)
    assert (letters(home), healed.count(CHAT)) == ({}, 1)


def test_a_hanging_server_is_a_dead_letter(fake_server: Serve, open_home: OpenHome) -> None:
    home = open_home(fake_server(faithful))
    server = fake_server(only_for(sheet_of(home, "c05"), Reply("late", delay=30)))
    model = home.settings.model.model_copy(update={"timeout_seconds": 0.4})
    home.settings = home.settings.model_copy(update={"model": model})
    report = write(home, server)
    assert report.failed == 1
    assert "nothing within" in letters(home)["c05"]


def test_a_build_that_is_interrupted_keeps_what_is_finished(
    fake_server: Serve, open_home: OpenHome
) -> None:
    server = fake_server(faithful)
    home = open_home(server)

    def stop(tick: Tick) -> None:
        if tick.done == 5:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        write(home, server, progress=stop)
    kept = profiles(home)
    assert len(kept) == 5
    rest = fake_server(faithful)
    report = write(home, rest)
    assert (report.current, report.written, rest.count(CHAT)) == (5, 7, 7)
    assert {key: profiles(home)[key] for key in kept} == kept


def test_a_killed_build_goes_on_where_it_was(
    fake_server: Serve, open_home: OpenHome, tmp_path: Path
) -> None:
    server = fake_server(lambda request: Reply(faithful(request), delay=0.3))
    home = open_home(server, model=open_home(server).settings.model)
    save_settings(tmp_path / "home", server, in_flight=1)
    running = subprocess.Popen(
        [sys.executable, "-c", "from agent.cli import main; main()", "build", "--limit", "12"],
        env={**os.environ, "PORTRAIT_HOME": str(tmp_path / "home")},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    until = time.monotonic() + 120
    while len(profiles(home)) < 3 and time.monotonic() < until and running.poll() is None:
        time.sleep(0.02)
    running.send_signal(signal.SIGKILL)
    running.wait()
    kept = profiles(home)
    assert 3 <= len(kept) < 12
    rest = fake_server(faithful)
    report = write(home, rest)
    assert (report.current, rest.count(CHAT)) == (len(kept), 12 - len(kept))
    assert {key: profiles(home)[key] for key in kept} == kept


def save_settings(home: Path, server: FakeServer, **model: object) -> None:
    """The same settings as a file, for the command line."""
    given = {"name": server.model, "urls": [server.url], "api_key": server.key, **model}
    text = yaml.safe_dump({"model": given})
    (home / "settings.yaml").write_text(text, encoding="utf-8")


def test_the_command_line_says_when_a_customer_failed(
    fake_server: Serve, open_home: OpenHome, tmp_path: Path
) -> None:
    home = open_home(fake_server(faithful))
    sheet = sheet_of(home, "c05")
    broken = fake_server(only_for(sheet, Reply("broken", status=400)))
    save_settings(tmp_path / "home", broken)
    command = ["--home", str(tmp_path / "home"), "build"]
    first = CliRunner().invoke(app, command)
    assert first.exit_code == 1
    assert "c05" in letters(home)
    save_settings(tmp_path / "home", fake_server(faithful))
    assert CliRunner().invoke(app, command).exit_code == 0
    assert letters(home) == {}
    runs = home.store.rows(tables.runs.select().where(tables.runs.c.command == "build"))
    assert [run["status"] for run in runs] == ["failed", "done"]


def test_the_command_line_reports_what_was_refused(
    fake_server: Serve, open_home: OpenHome, tmp_path: Path
) -> None:
    home = open_home(fake_server(faithful))
    write(home, fake_server(faithful))
    liar = fake_server(LIE)
    save_settings(tmp_path / "home", liar)
    command = ["--home", str(tmp_path / "home"), "build", "--language", "zh", "--json"]
    result = CliRunner().invoke(app, command)
    assert result.exit_code == 0, result.output
    report = json.loads(result.stdout)["summaries"]
    assert report["rewritten"] == {"language changed": 12}
    assert report["refusals"] == {"language": 48}
    assert report["templates"] == 12
    kept = home.store.rows(tables.runs.select().where(tables.runs.c.command == "build"))
    assert kept[-1]["report"]["summaries"] == report


def test_a_limit_is_a_stable_sample_that_grows(fake_server: Serve, open_home: OpenHome) -> None:
    sheets = Sheets(open_home(fake_server(faithful)).store)
    five = choose_customers(sheets, limit=5)
    assert len(set(five)) == 5
    assert choose_customers(sheets, limit=8)[:5] == five
    assert five != CUSTOMERS[:5]  # a sample, not the first ids
    assert sorted(choose_customers(sheets)) == CUSTOMERS
    assert choose_customers(sheets, limit=0) == []


def test_named_customers_are_written_in_their_order(
    fake_server: Serve, open_home: OpenHome
) -> None:
    sheets = Sheets(open_home(fake_server(faithful)).store)
    assert choose_customers(sheets, ["c07", "c02", "c07"]) == ["c07", "c02"]
    with pytest.raises(UnknownError, match="no facts for: nobody"):
        choose_customers(sheets, ["c02", "nobody"])


def test_an_untold_category_is_in_no_sheet(open_home: OpenHome, fake_server: Serve) -> None:
    home = open_home(fake_server(faithful))
    told = [fact.id for c in CUSTOMERS for fact in Sheets(home.store).sheet(c, "en")]
    kept = [f.id for c in CUSTOMERS for f in Sheets(home.store, untold=["TEA"]).sheet(c, "en")]
    assert "likes:TEA" in told
    assert kept == [fact for fact in told if fact != "likes:TEA"]
