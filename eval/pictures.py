"""Pictures of the evaluation as PNG, the same bytes for the same figures.

They hold ids and numbers alone: what their axes mean is said beside them, in the reader's language.
"""

from __future__ import annotations

import io
import logging
import warnings
from collections.abc import Mapping, Sequence
from typing import Any

# It would tell on stderr that it makes a font cache, at the first run on a machine.
logging.getLogger("matplotlib").setLevel(logging.ERROR)

from matplotlib import rc_context  # noqa: E402
from matplotlib.axes import Axes  # noqa: E402
from matplotlib.figure import Figure  # noqa: E402

INK, OURS, OTHERS = "#333333", "#0b6e99", ("#c46b16", "#7a5195", "#888888", "#5a8f3c", "#b23a48")
INCHES, DPI = (4.2, 3.6), 120
# Tags may be called by Chinese words, which the first font lacks; a machine without any of the
# others draws boxes, and the words stand beside the pictures.
FONTS = [
    *("DejaVu Sans", "Noto Sans CJK SC", "Source Han Sans SC", "WenQuanYi Zen Hei"),
    *("WenQuanYi Micro Hei", "PingFang SC", "Microsoft YaHei", "SimHei", "Arial Unicode MS"),
]

Point = Sequence[float]  # (recall, precision)


def reliability_picture(bins: Sequence[Mapping[str, Any]]) -> bytes:
    """Share (up) against mean probability (across): a dot a bin, its interval and its customers.

    bins: {"mean_probability", "share", "low", "high", "n"}; on the diagonal is right.
    """
    figure, axes = _axes()
    axes.plot([0, 1], [0, 1], color=INK, linewidth=0.8, linestyle=":")
    last, level = -1.0, 0
    for one in bins:
        x, y = one["mean_probability"], one["share"]
        level = (level + 1) % 3 if x - last < 0.06 else 0  # so that neighbours' figures stay apart
        last = x
        axes.plot([x, x], [one["low"], one["high"]], color=OURS, linewidth=1, alpha=0.6)
        axes.plot([x], [y], marker="o", markersize=5, color=OURS)
        above = (0, 2 + 8 * level)
        axes.annotate(
            f"{one['n']}", (x, one["high"]), above, textcoords="offset points",
            ha="center", fontsize=7, color=INK,
        )  # fmt: skip
    return _png(figure)


def curve_picture(
    ours: Sequence[Point], others: Mapping[str, Sequence[Point]], share: float
) -> bytes:
    """Precision (up) against recall (across): ours, the others by name, and a guess (dotted)."""
    figure, axes = _axes()
    axes.axhline(share, color=INK, linewidth=0.8, linestyle=":")
    for (name, points), colour in zip(others.items(), _colours(len(others)), strict=True):
        _steps(axes, points, colour, name, 1.0)
    _steps(axes, ours, OURS, "portrait", 2.0)
    axes.legend(fontsize=7, frameon=False, loc="upper right")
    return _png(figure)


def difference_picture(rows: Sequence[tuple[str, float, float, float]]) -> bytes:
    """A bar of confidence for each tag's difference of AUC: (tag, difference, low, high)."""
    figure = Figure(figsize=(6.4, 0.34 * len(rows) + 0.9), dpi=DPI, layout="constrained")
    axes = figure.add_subplot()
    axes.axvline(0, color=INK, linewidth=0.8, linestyle=":")
    for place, (_, value, low, high) in enumerate(rows):
        colour = OURS if low > 0 else OTHERS[2] if high >= 0 else OTHERS[4]
        axes.plot([low, high], [place, place], color=colour, linewidth=2)
        axes.plot([value], [place], marker="o", markersize=5, color=colour)
    axes.set_yticks(range(len(rows)), [_plain(tag) for tag, *_ in rows], fontsize=8)
    axes.invert_yaxis()
    _bare(axes)
    return _png(figure)


def _axes() -> tuple[Figure, Axes]:
    figure = Figure(figsize=INCHES, dpi=DPI, layout="constrained")
    axes = figure.add_subplot()
    axes.set(xlim=(0, 1), ylim=(0, 1.02))
    _bare(axes)
    return figure, axes


def _bare(axes: Axes) -> None:
    axes.tick_params(labelsize=7, colors=INK)
    for side in ("top", "right"):
        axes.spines[side].set_visible(False)


def _steps(axes: Axes, points: Sequence[Point], colour: str, name: str, width: float) -> None:
    recall, precision = [p[0] for p in points], [p[1] for p in points]
    axes.plot(
        recall, precision, color=colour, linewidth=width, label=_plain(name),
        drawstyle="steps-pre",
    )  # fmt: skip


def _colours(count: int) -> list[str]:
    return [OTHERS[place % len(OTHERS)] for place in range(count)]


def _plain(name: str) -> str:
    """A name as it is: `$` would begin a formula, and a leading `_` would hide it."""
    return name.replace("$", r"\$").lstrip("_")


def _png(figure: Figure) -> bytes:
    """Without the name of the program and its version, which would change the bytes."""
    buffer = io.BytesIO()
    with rc_context({"font.sans-serif": FONTS}), warnings.catch_warnings():
        warnings.filterwarnings("ignore", "Glyph .* missing from font")
        figure.savefig(buffer, format="png", metadata={"Software": None})
    return buffer.getvalue()
