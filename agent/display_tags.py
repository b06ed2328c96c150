"""How tags, training and their evaluation look in a terminal."""

from __future__ import annotations

from typing import Any

from rich.markup import escape

from agent.display import make_table, open_console


def tag_table(content: dict[str, Any]) -> None:
    """All tags: who carries each, by what it is decided, and how often it is right."""
    shown = make_table("tag", "customers", "share", "by", "AUC", "right", "found", "meaning")
    for tag in content["tags"]:
        meaning = ": ".join(part for part in (tag["label"], tag["description"]) if part)
        figures = (f"{tag['customers']:,}", f"{tag['share']:.1%}", tag["source"])
        shown.add_row(escape(tag["tag"]), *figures, *_quality(tag["quality"]), escape(meaning))
    open_console().print(shown)
    open_console().print(
        "AUC, right (precision) and found (recall) are measured on labelled customers that the "
        "model had not seen; a rule is right by definition",
        style="dim",
        soft_wrap=False,
    )


def _quality(quality: dict[str, Any] | None) -> tuple[str, str, str]:
    if quality is None:
        return ("", "", "")
    given = quality["given"]
    right = f"{quality['precision']:.0%}" if given else "-"
    return (f"{quality['auc']:.2f}", right, f"{quality['found']:.0%}" if given else "-")


def training(report: dict[str, Any]) -> None:
    """What was learned, from how much, and how good it is."""
    out = open_console()
    shown = make_table(
        "tag", "labels", "yes", "by", "AUC (95%)", "ECE", "right", "found", "unknown"
    )
    for card in report["tags"]:
        figures = card["figures"]
        auc = f"{figures['auc']:.3f} ({figures['auc_low']:.3f}-{figures['auc_high']:.3f})"
        given = bool(figures["given"])
        shown.add_row(
            escape(card["tag"]),
            f"{card['n']:,}",
            f"{card['positive']:,}",
            card["source"],
            auc,
            f"{figures['ece']:.3f}",
            f"{figures['precision']:.0%}" if given else "-",
            f"{figures['found']:.0%}" if given else "-",
            f"{1 - figures['coverage']:.0%}",
        )
    out.print(shown)
    for card in report["tags"]:
        for line in _warnings(card):
            out.print(line, markup=False)
    for tag in report["too_good"]:
        out.print(
            f"{tag}: ranked too well to be true: something bought or counted after the outcome may "
            "tell it; learn it from data from before the outcome",
            markup=False,
        )
    for reason in report["refused"]:
        out.print(f"not learned: {reason}", markup=False)
    if report["unknown"]:
        out.print(f"{report['unknown']:,} labelled ids are not known in this home")
    out.print(f"{report['rows']:,} tags decided anew")


def _warnings(card: dict[str, Any]) -> list[str]:
    """What a reader must not overlook."""
    tag, figures = card["tag"], card["figures"]
    if card["source"] == "unknown":
        return [f"{tag}: no better than chance on unseen customers, so nobody is given it"]
    if not card["kept"] and figures["given"]:
        return [
            f"{tag}: aimed at {card['aim']} and reached {figures['precision']:.0%} on "
            f"{figures['given']:,} unseen customers, too wrong or too few to be sure, so nobody is "
            "given it: aim lower, or label more customers"
        ]
    if card["threshold"]["yes_from"] is None:
        return [
            f"{tag}: no group of customers reaches {card['aim']}, so nobody is given it: aim "
            "lower, or label more customers"
        ]
    return []


def evaluation(result: dict[str, Any]) -> None:
    """AUC of ours and of every baseline, tag by tag; then the means."""
    out = open_console()
    names = list(dict.fromkeys(name for tag in result["tags"] for name in tag["baselines"]))
    shown = make_table("tag", "n", "ours (95%)", "ECE", "right", "found", *names)
    for tag in result["tags"]:
        auc = f"{tag['auc']:.3f} ({tag['auc_low']:.3f}-{tag['auc_high']:.3f})"
        others = (f"{tag['baselines'][n]:.3f}" if n in tag["baselines"] else "" for n in names)
        decided = (f"{tag['precision']:.0%}", f"{tag['found']:.0%}")
        shown.add_row(
            escape(tag["tag"]), f"{tag['n']:,}", auc, f"{tag['ece']:.3f}", *decided, *others
        )
    out.print(shown)
    gain = result["mean_difference"]
    out.print(
        f"mean AUC {result['mean_auc']:.3f}, {gain['to']} {result['mean_baseline_auc']:.3f}, "
        f"difference {gain['auc']:+.3f} (95% {gain['low']:+.3f} to {gain['high']:+.3f}); "
        f"mean ECE {result['mean_ece']:.3f}; {result['seconds']:.0f} s",
        markup=False,
    )
    for note in result["notes"]:
        out.print(f"not measured: {note}", markup=False)
