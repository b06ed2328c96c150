"""`train`, `tags`, `priors` and `eval tags` as a person uses them."""

from __future__ import annotations

import json
import pickle
import shutil
from pathlib import Path

import pandas as pd
import pytest
from rich.cells import cell_len

from agent.workspace import Workspace
from tests.conftest import Run
from tests.tags.shop import SIZE, Trained, write_labels


@pytest.fixture(scope="module")
def copy(trained: Trained, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home that these tests may train in."""
    home = tmp_path_factory.mktemp("cli-tags") / "home"
    shutil.copytree(trained.home, home)
    return home


@pytest.fixture
def labels(trained: Trained, tmp_path: Path) -> Path:
    return write_labels(tmp_path / "labels.csv", trained.labels[["has_kids"]])


def assert_refused(printed: tuple[int, str, str], code: int, *told: str) -> None:
    found, out, err = printed
    lines = [line for line in err.strip().splitlines() if line.startswith("portrait: ")]
    assert found == code, err
    assert len(lines) == 1, err
    assert "Traceback" not in err
    assert "unexpected" not in err
    assert all(words in lines[0] for words in told), lines[0]
    assert out == ""


# ---- what it prints


def test_tags_as_json(run: Run, trained: Trained) -> None:
    code, out, err = run("--home", trained.home, "tags", "--json")
    tags = {tag["tag"]: tag for tag in json.loads(out)["tags"]}
    assert (code, err) == (0, "")
    assert tags["流失"]["source"] == "learned"
    quality = tags["流失"]["quality"]
    assert quality["n"] == SIZE
    assert {"auc", "auc_low", "auc_high", "precision", "ece", "threshold", "aim"} <= set(quality)


@pytest.mark.parametrize("language", ["en", "zh"])
def test_tags_as_a_table(run: Run, trained: Trained, language: str) -> None:
    code, out, _ = run("--home", trained.home, "tags", "--language", language)
    assert code == 0
    assert all(cell_len(line) <= 100 for line in out.splitlines())
    for tag in ("has_kids", "流失", "noise"):
        assert any(line.startswith(tag) for line in out.splitlines())


@pytest.mark.parametrize("language", ["en", "zh"])
def test_show_tells_how_sure_and_how_often_right(run: Run, trained: Trained, language: str) -> None:
    with Workspace(trained.home) as workspace:
        rows = trained.rows(workspace, "流失")
    customer = next(who for who, row in rows.items() if row["decision"] == "yes")
    code, out, _ = run("--home", trained.home, "show", customer, "--language", language)
    assert code == 0
    assert "流失" in out
    assert ("learned" if language == "en" else "学得") in out
    assert ("right" if language == "en" else "正确率") in out


def test_train_tells_what_was_learned_and_what_not(
    run: Run, copy: Path, trained: Trained, tmp_path: Path
) -> None:
    path = write_labels(tmp_path / "labels.csv", trained.labels[["has_kids", "noise", "rare"]])
    with path.open("a", encoding="utf-8") as file:
        file.write("stranger,yes,no,no\n")
    code, out, _ = run("--home", copy, "train", path)
    assert code == 1  # something was refused, and it is told
    assert all(cell_len(line) <= 100 for line in out.splitlines() if ": " not in line)
    assert "noise: no better than chance" in out
    assert "not learned: rare: 7 of the labelled customers" in out
    assert "1 labelled ids are not known" in out


def test_train_as_json(run: Run, copy: Path, labels: Path) -> None:
    code, out, _ = run("--home", copy, "train", labels, "--aim", "f1", "--json")
    report = json.loads(out)
    assert code == 0
    assert report["refused"] == []
    (card,) = report["tags"]
    assert (card["tag"], card["aim"], card["n"]) == ("has_kids", "f1", SIZE)
    assert 0.7 < card["figures"]["auc"] < 1


def test_an_aim_out_of_reach_is_told(run: Run, copy: Path, labels: Path) -> None:
    code, out, _ = run("--home", copy, "train", labels, "--aim", "precision=99.9%")
    assert code == 0
    assert "has_kids: " in out
    assert "nobody is given it: aim lower, or label more customers" in out.replace("\n", " ")


def test_names_that_look_like_marks_are_printed_as_they_are(
    run: Run, trained: Trained, tmp_path: Path
) -> None:
    """In a terminal `[/red]` is a mark, and one that ends nothing."""
    home = tmp_path / "home"
    shutil.copytree(trained.home, home)
    tag = "[/red] a/b <b>*x*"
    path = write_labels(
        tmp_path / "labels.csv", trained.labels[["has_kids"]].rename(columns={"has_kids": tag})
    )
    report = tmp_path / "report.html"
    for command in (["train", path], ["tags"], ["eval", "tags", path, "--report", report]):
        code, out, _ = run("--home", home, *command)
        assert code == 0
        assert "[/red]" in out
    assert "<b>*x*" not in report.read_text(encoding="utf-8")
    assert [file.parent for file in tmp_path.rglob("*red*parquet")] == [home / "models"]


# ---- eval tags


@pytest.mark.parametrize("ending", [".html", ".md"])
def test_eval_writes_a_report(
    run: Run, trained: Trained, labels: Path, tmp_path: Path, ending: str
) -> None:
    report = tmp_path / f"report{ending}"
    code, out, err = run("--home", trained.home, "eval", "tags", labels, "--report", report)
    assert code == 0, err
    assert "mean AUC" in out
    assert str(report) in out.replace("\n", "")
    text = report.read_text(encoding="utf-8")
    assert "has_kids" in text or "has\\_kids" in text
    assert ("<html" in text) == (ending == ".html")


def test_eval_as_json_has_the_keys_of_the_contract(
    run: Run, trained: Trained, tmp_path: Path
) -> None:
    path = write_labels(tmp_path / "labels.csv", trained.labels[["流失"]])
    code, out, err = run("--home", trained.home, "eval", "tags", path, "--json", "--language", "zh")
    result = json.loads(out)
    assert code == 0
    assert "Warning" not in err
    assert {"tags", "mean_auc", "mean_baseline_auc"} <= set(result)
    keys = "tag n positive auc auc_low auc_high f1 precision recall ece baselines"
    assert set(result["tags"][0]) >= set(keys.split())


@pytest.mark.parametrize("name", ["report.pdf", "report", "missing/report.html", "report.html/"])
def test_a_report_that_cannot_be_written_is_refused_at_once(
    run: Run, trained: Trained, labels: Path, tmp_path: Path, name: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    """Not after minutes of measuring."""

    def measure(*_: object) -> None:
        raise AssertionError("measured first")

    (tmp_path / "report.html").mkdir()
    monkeypatch.setattr("eval.tags.evaluate_tags", measure)
    command = ("--home", trained.home, "eval", "tags", labels)
    assert_refused(run(*command, "--report", f"{tmp_path}/{name}"), 2, "report")


def test_eval_without_the_references_labels(run: Run, trained: Trained) -> None:
    assert_refused(
        run("--home", trained.home, "eval", "tags"), 1, "portrait example completejourney"
    )


def test_eval_refuses_a_leak(run: Run, trained: Trained, tmp_path: Path) -> None:
    labels = trained.labels[["noise"]].rename(columns={"noise": "spend"})
    path = write_labels(tmp_path / "labels.csv", labels)
    assert_refused(run("--home", trained.home, "eval", "tags", path), 1, "spend", "leave them out")


# ---- mistakes


@pytest.mark.parametrize("command", [["train"], ["eval", "tags"]])
@pytest.mark.parametrize("aim", ["precision", "1", "f2", "", "精确率=0.8"])
def test_a_wrong_aim(run: Run, copy: Path, labels: Path, command: list[str], aim: str) -> None:
    printed = run("--home", copy, *command, labels, "--aim", aim)
    assert_refused(printed, 2, "precision=0.8")


@pytest.mark.parametrize("command", [["train"], ["eval", "tags"]])
@pytest.mark.parametrize(
    "content",
    [
        None,
        b"",
        b"customer,has_kids\n",
        b"who,has_kids\nk000,1\n",
        b"customer,has_kids\nk000,maybe\n",
        b"customer,has_kids\nk000,1\nk000,0\n",
        b"customer,has_kids\nnobody,1\n",
        b"PAR1" + bytes(100),
        pickle.dumps({"customer": "k000"}),
        b"\xff\xfe\x00\x00\x81",
    ],
)
def test_files_that_hold_no_labels(
    run: Run, copy: Path, tmp_path: Path, command: list[str], content: bytes | None
) -> None:
    path = tmp_path / "labels.csv"
    if content is not None:
        path.write_bytes(content)
    assert_refused(run("--home", copy, *command, path), 1, "labels.csv")


@pytest.mark.parametrize("command", [["train"], ["eval", "tags"]])
def test_a_folder_is_no_file_of_labels(
    run: Run, copy: Path, tmp_path: Path, command: list[str]
) -> None:
    assert_refused(run("--home", copy, *command, tmp_path), 1, str(tmp_path))


@pytest.mark.parametrize("command", [["train"], ["eval", "tags"]])
def test_a_home_without_data_says_what_to_run(
    run: Run, labels: Path, tmp_path: Path, command: list[str]
) -> None:
    assert_refused(run("--home", tmp_path / "home", *command, labels), 1, "portrait ingest")


def test_priors_in_a_home_without_data(run: Run, tmp_path: Path) -> None:
    assert_refused(run("--home", tmp_path / "home", "priors"), 1, "portrait ingest")


def test_a_sensitive_tag(run: Run, copy: Path, trained: Trained, tmp_path: Path) -> None:
    labels = trained.labels[["has_kids"]].rename(columns={"has_kids": "medicine"})
    path = write_labels(tmp_path / "labels.csv", labels)
    assert_refused(
        run("--home", copy, "train", path), 2, "medicine", "sensitive_tags", "settings.yaml"
    )


def test_too_few_labels(run: Run, trained: Trained, tmp_path: Path) -> None:
    path = write_labels(tmp_path / "labels.csv", trained.labels[["rare"]])
    assert_refused(run("--home", trained.home, "eval", "tags", path), 1, "label 33 more")


@pytest.mark.parametrize(
    "command",
    [["tags"], ["show", "k000"], ["ask", "How many customers?"], ["build", "--limit", "0"]],
)
def test_a_damaged_model_is_named(
    run: Run, trained: Trained, tmp_path: Path, command: list[str]
) -> None:
    home = tmp_path / "home"
    shutil.copytree(trained.home, home)
    (home / "models" / "has_kids.parquet").write_bytes(pickle.dumps(pd.DataFrame()))
    assert_refused(run("--home", home, *command), 1, "has_kids.parquet", "train again")


def test_a_model_folder_that_cannot_be_written(
    run: Run, trained: Trained, labels: Path, tmp_path: Path
) -> None:
    home = tmp_path / "home"
    shutil.copytree(trained.home, home)
    shutil.rmtree(home / "models")
    (home / "models").write_text("a file")
    assert_refused(run("--home", home, "train", labels), 1, "models")
