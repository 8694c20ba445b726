"""What tables and figures show of a result of the benchmark suite. The results are made up."""

from __future__ import annotations

import itertools
import re
import subprocess
import sys

import numpy as np
import pytest
from made_up_results import made_up_result

from fastlstm.benchmarks import figures, report, summary
from fastlstm.benchmarks.contenders import CONTENDERS
from fastlstm.benchmarks.workloads import SIZES, Size, Workload, all_workloads, quick_workloads

TRAIN = Workload("train", "lstm", Size(8, 32, 20, 1), 2)
PROCESS = Workload("import", None, None, 2)
UNITS = {"s": 1, "ms": 1e-3, "µs": 1e-6, "ns": 1e-9, "GB": 1e9, "MB": 1e6, "kB": 1e3, "B": 1}


def value(shown):
    """The number that a text like '1,234 µs' means."""
    number, unit = shown.replace(",", "").split()
    return float(number) * UNITS[unit]


def blocks(text):
    """The tables of a text, as lists of lines: each ends at an empty line."""
    return [list(lines) for filled, lines in itertools.groupby(text.splitlines(), bool) if filled]


def row_of(**values):
    return {"work": "train", "operations": 1000, "threads": 2, "values": values}


def test_every_contender_has_a_name_and_a_colour():
    assert set(summary.NAMES) == set(figures.COLOURS) == set(CONTENDERS)
    assert len(set(figures.COLOURS.values())) == len(CONTENDERS)


@pytest.mark.parametrize("rounds", [1, 2, 3, 6])
def test_spread(rng, rounds):
    values = rng.random(rounds)
    found = summary.spread(values.tolist())
    np.testing.assert_allclose(found, np.quantile(values, [0.5, 0.25, 0.75]))


def test_the_best_peer_is_neither_fastlstm_nor_its_reference(rng):
    values = {name: rng.uniform(1, 2, 5).tolist() for name in CONTENDERS}
    values["numpy"] = [0.1]
    peers = {name: np.median(values[name]) for name in CONTENDERS if name not in ("fastlstm", "numpy")}
    name, ratio = summary.best_peer(row_of(**values))
    assert name == min(peers, key=peers.get)
    assert ratio == pytest.approx(peers[name] / np.median(values["fastlstm"]))
    assert summary.best_peer(row_of(fastlstm=[1.0], numpy=[2.0])) is None
    assert summary.best_peer(row_of(torch=[1.0])) is None


def test_the_share_is_that_of_the_threads_of_a_row():
    result = {"machine": {"threads": 4}, "limits": {"multiply_adds": 1e9}}
    row = row_of(fastlstm=[4e-6, 5e-6, 9e-6])
    assert summary.share({**row, "threads": 4}, result) == pytest.approx(1000 / 5e-6 / 1e9)
    assert summary.share({**row, "threads": 1}, result) == pytest.approx(1000 / 5e-6 / 1e9 * 4)
    assert summary.share({**row, "operations": None}, result) is None
    assert summary.share(row_of(torch=[1.0]), result) is None
    assert summary.share(row, {**result, "limits": {}}) is None


@pytest.mark.parametrize("unit", ["s", "B"])
def test_numbers_are_shown_in_three_digits(rng, unit):
    for number in [*10 ** rng.uniform(-9 if unit == "s" else 0, 3, 200), 9.996e-4, 0.99951, 1.0, 999.6]:
        shown, same = summary.with_unit(number, unit, number)
        assert value(shown) == pytest.approx(number, rel=0.005001)
        assert shown.split()[0] == same
        assert len(re.sub(r"[.,]", "", same).lstrip("0")) == (4 if same == "1,000" else 3)


@pytest.mark.parametrize("threads", [1, 2, 6])
def test_every_row_is_in_one_table_and_told_from_its_neighbours(rng, threads):
    result = made_up_result(all_workloads(threads), rng)
    tables = summary.tables(result)
    found = [id(row) for table in tables for row in table.rows]
    assert sorted(found) == sorted(id(row) for row in result["rows"])
    assert len({table.name for table in tables}) == len({table.title for table in tables}) == len(tables)
    for table in tables:
        assert len({tuple(label) for label in table.labels}) == len(table.rows)
        assert {row["curve"] for row in table.rows} == {table.curve}
    curves = [table.curve is not None for table in tables]
    assert curves == sorted(curves)


@pytest.mark.parametrize("works", [all_workloads(2), quick_workloads(2), [TRAIN], [PROCESS]])
def test_the_text_has_every_number_within_the_width(rng, works):
    result = made_up_result(works, rng)
    text = report.text(result)
    lines = text.splitlines()
    assert all(len(line) <= 120 and line == line.rstrip() for line in lines)
    for table in summary.tables(result):
        assert table.title in lines
    words = set(re.split(r"\s{2,}|\n", text))
    for row in result["rows"]:
        for values in row["values"].values():
            median, low, high = np.quantile(values, [0.5, 0.25, 0.75])
            shown, *quartiles = summary.with_unit(median, row["unit"], low, high)
            assert {shown, "-".join(quartiles)} <= words
        name, ratio = summary.best_peer(row) or (None, None)
        if name:
            assert {f"{ratio:.1f}x" if ratio < 100 else f"{ratio:.0f}x", summary.NAMES[name]} <= words


def test_columns_of_the_text_are_those_of_their_row(rng):
    result = made_up_result([Workload("train", "lstm", size, 2) for size in SIZES[1:5]], rng)
    _, (title, heads, more_heads, *lines) = blocks(report.text(result))
    assert title == "Train step, LSTM"
    ends = [match.end() for match in re.finditer(r"H \d+, N \d+", heads)]
    assert [match.end() for match in re.finditer(r"T \d+, D \d+", more_heads)] == ends
    found = {line.split("  ")[0]: re.findall(r"[\d,.]+ [mµn]?s", line) for line in lines}
    for name, label in summary.NAMES.items():
        if name in result["rows"][0]["values"]:
            medians = [np.median(row["values"][name]) for row in result["rows"] if name in row["values"]]
            np.testing.assert_allclose([value(shown) for shown in found[label]], medians, rtol=0.00501)
    for line in lines:
        assert all(
            line[end - 1 : end + 1].strip() and not line[end : end + 2].strip() for end in ends[:-1] if line[end:]
        )


def test_a_narrow_terminal_gets_more_tables(rng):
    result = made_up_result([Workload("train", "lstm", size, 2) for size in SIZES], rng)
    wide, narrow = report.text(result, 120), report.text(result, 60)
    assert len(blocks(narrow)) > len(blocks(wide))
    for block in blocks(narrow)[1:]:
        assert max(len(line) for line in block) <= 60
        assert any(line.startswith("fastlstm") for line in block)
    assert sorted(re.findall(r"\S+ [mµ]s", wide)) == sorted(re.findall(r"\S+ [mµ]s", narrow))


def test_one_round_has_no_quartiles(rng):
    text = report.text(made_up_result([TRAIN], rng, rounds=1))
    assert "quartiles" not in text
    assert "1 round" in text
    assert not re.search(r"\d-\d", text.split("Share")[1])


def test_the_heading_says_what_ran_on_what(rng):
    result = made_up_result([TRAIN], rng, left_out=("jax", "keras-jax"))
    lines = report.heading(result)
    for fact in ("A processor", "avx2", "4 cores", "2 threads", "Python 3.10", "Linux"):
        assert fact in lines[0]
    assert "multiply-adds 200, a product of 2048³ by NumPy 150 Gflop/s" in lines[1]
    assert "PyTorch" not in lines[1]
    assert set(result["versions"].values()) <= set(lines)
    for name, why in result["left_out"].items():
        (line,) = [line for line in lines if line.startswith(summary.NAMES[name] + " is left out")]
        assert why in line
        assert "pip install 'fastlstm[bench]'" in line


def test_markdown(rng):
    result = made_up_result(all_workloads(2), rng)
    text = report.markdown(result)
    assert re.findall(r"### (.*)", text) == [table.title for table in summary.tables(result)]
    for table, block in zip(summary.tables(result), re.split(r"### .*\n", text)[1:], strict=True):
        head, rule, *rows = [line.strip("|").split("|") for line in block.strip().splitlines()]
        assert {len(row) for row in (rule, *rows)} == {len(head)}
        assert [row[0].strip() for row in rows] == [", ".join(label) for label in table.labels]
        names = [name.strip() for name in head]
        for row, cells in zip(table.rows, rows, strict=True):
            for name, label in summary.NAMES.items():
                shown = cells[names.index(label)].strip() if label in names else "-"
                assert (shown == "-") == (name not in row["values"])
                if shown != "-":
                    assert value(shown.split(" (")[0]) == pytest.approx(np.median(row["values"][name]), rel=0.00501)


def drawn(figure):
    """Draw a figure, and check that all that is written is inside it and that no two texts overlap."""
    figure.draw_without_rendering()
    texts = [figure._suptitle]
    for axes in figure.axes:
        if axes.axison:
            axis_labels = [axes.xaxis.label, axes.yaxis.label, axes._left_title]
            low, high = axes.get_ylim()
            ticks = [
                label
                for place, label in zip(axes.get_yticks(), axes.get_yticklabels(), strict=True)
                if min(low, high) <= place <= max(low, high)
            ]
            texts += [*axes.texts, *axis_labels, *ticks, *axes.get_xticklabels()]
    boxes = [(text.get_text(), text.get_window_extent()) for text in texts if text.get_text().strip()]
    boxes += [("the legend", legend.get_window_extent()) for legend in figure.legends]
    for text, box in boxes:
        assert figure.bbox.x0 <= box.x0, text
        assert box.x1 <= figure.bbox.x1, text
        assert figure.bbox.y0 - 1 <= box.y0, text
        assert box.y1 <= figure.bbox.y1 + 1, text
    for (one, first), (other, second) in itertools.combinations(boxes, 2):
        assert not first.overlaps(second), (one, other)
    return figure


@pytest.mark.parametrize("works", [all_workloads(2), quick_workloads(1)])
def test_a_figure_for_each_table(rng, works):
    result = made_up_result(works, rng)
    found = figures.figures(result)
    assert list(found) == [table.name for table in summary.tables(result)]
    for table in summary.tables(result):
        figure = drawn(found[table.name])
        assert table.title in figure.get_suptitle()


@pytest.mark.parametrize("decades", [0.01, 1, 6])
def test_bars(rng, decades):
    works = [Workload("predict", "lstm", size, 2) for size in SIZES[:3]]
    result = made_up_result(works, rng)
    for row in result["rows"]:
        row["values"] = {name: (1e-5 * 10 ** rng.uniform(0, decades, 3)).tolist() for name in row["values"]}
    (table,) = summary.tables(result)
    figure = drawn(figures.bars_figure(table, result))
    for axes, row in zip(figure.axes, table.rows, strict=False):
        medians = {name: np.median(values) for name, values in row["values"].items()}
        names = sorted(medians, key=medians.get)
        assert [label.get_text() for label in axes.get_yticklabels()] == [summary.NAMES[name] for name in names]
        assert axes.get_xscale() == "log"
        ends = [bar.get_x() + bar.get_width() for bar in axes.patches]
        np.testing.assert_allclose(ends, [medians[name] for name in names])
        written = dict(zip(names, [text.get_text() for text in axes.texts], strict=False))
        for name in names:
            time, *ratio = written[name].split("  ")
            assert value(time) == pytest.approx(medians[name], rel=0.00501)
            assert bool(ratio) == (name != "fastlstm")
            if ratio:
                exact = medians[name] / medians["fastlstm"]
                assert float(ratio[0].rstrip("x")) == pytest.approx(exact, abs=0.0501 if exact < 100 else 0.501)
    assert not figure.axes[3].axison


def curves(axes):
    """The x and y of each curve, by colour."""
    return {line.get_color(): np.array(line.get_data()) for line in axes.get_lines()}


def test_curves_over_a_size(rng):
    works = [Workload("train", "lstm", Size(32, 32, steps, 1), 2, "T") for steps in (10, 100, 1000)]
    result = made_up_result(works, rng)
    del result["rows"][2]["values"]["jax"]
    (table,) = summary.tables(result)
    (axes,) = drawn(figures.curves_figure(table, result)).axes
    assert (axes.get_xscale(), axes.get_yscale()) == ("log", "log")
    found = curves(axes)
    for name, colour in figures.COLOURS.items():
        points = [(row["size"]["T"], np.median(row["values"][name])) for row in table.rows if name in row["values"]]
        if points:
            np.testing.assert_allclose(found.pop(colour).T, points)
    ((at_best),) = found.values()
    np.testing.assert_allclose(at_best[1], [row["operations"] / 2e11 for row in table.rows])
    assert [label.get_text() for label in axes.get_xticklabels()] == ["10", "100", "1,000"]
    assert axes.get_xlabel() == "steps T"


def test_curves_over_threads_have_a_panel_for_each_size(rng):
    works = [Workload("train", "lstm", size, threads, "threads") for size in SIZES[:3] for threads in (1, 2, 4)]
    result = made_up_result(works, rng)
    for row in result["rows"]:
        row["values"]["fastlstm"] = [1e-3 / row["threads"] ** 0.5]
    (table,) = summary.tables(result)
    figure = drawn(figures.curves_figure(table, result))
    assert [axes.axison for axes in figure.axes] == [True, True, True, False]
    for axes, size in zip(figure.axes, SIZES[:3], strict=False):
        assert size.title in [text.get_text() for text in axes.texts]
        assert axes.get_title(loc="left") == "fastlstm: 2.0x with 4 threads"
        at_best = curves(axes)["black"]
        np.testing.assert_allclose(at_best[0], [1, 2, 4])
        np.testing.assert_allclose(at_best[1] * at_best[0], at_best[1][0])


def test_the_legend_is_below_the_axes(rng):
    result = made_up_result([work for work in all_workloads(2) if work.curve], rng)
    for figure in figures.figures(result).values():
        drawn(figure)
        (legend,) = figure.legends
        assert legend.get_window_extent().y1 <= min(axes.get_tightbbox().y0 for axes in figure.axes if axes.axison)


def test_neither_peers_nor_pyplot_are_needed():
    code = (
        "import sys; from fastlstm.benchmarks import figures, report; "
        "assert not {'torch', 'jax', 'keras', 'tensorflow', 'onnxruntime', 'matplotlib.pyplot'} & set(sys.modules)"
    )
    subprocess.run([sys.executable, "-c", code], check=True)
