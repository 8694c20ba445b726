"""The pages of the lesson run, draw pictures, and their numbers are as their sentences say."""

import itertools
import re
import runpy
from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np
import pytest
from picture_labels import labels_of, untranslated

FOLDER = Path(__file__).parents[2] / "docs" / "lesson"
PAGES = sorted(FOLDER.glob("*.py"))
CLAIMS = {}


def of_page(name):
    """Register a function of the names of a page and of what it prints, which asserts what the page says."""

    def register(check):
        CLAIMS[name] = check
        return check

    return register


@pytest.mark.parametrize("file", PAGES, ids=lambda file: file.stem)
def test_page_of_the_lesson(file, monkeypatch, capfd):
    pictures, labels = [], set()

    def show():
        for number in plt.get_fignums():
            figure = plt.figure(number)
            figure.canvas.draw()  # warnings, such as those of layouts without room, are errors
            pictures.append(number)
            labels.update(labels_of(figure))
        plt.close("all")

    plt.switch_backend("agg")
    plt.close("all")
    monkeypatch.setattr(plt, "show", show)
    monkeypatch.chdir(FOLDER)
    before = set(FOLDER.iterdir())
    page = runpy.run_path(str(file))
    assert set(FOLDER.iterdir()) == before
    assert not plt.get_fignums()  # every picture is shown
    assert 1 <= len(pictures) <= 2
    printed = capfd.readouterr().out
    assert "nan" not in re.findall(r"[a-z]+", printed.lower())
    CLAIMS[file.stem](page, printed)
    assert not untranslated(labels)  # last, since it needs a peer


def test_every_page_is_a_step_of_the_lesson():
    assert [file.stem[:3] for file in PAGES] == [f"{number:02}_" for number in range(1, 14)]
    for file, following in itertools.pairwise(PAGES):
        text = file.read_text(encoding="utf-8")
        assert "# Try it yourself\n" in text
        assert f"# Next: :doc:`{following.stem}`" in text


@of_page("01_order")
def _(page, printed):
    accuracy = page["accuracy"]
    assert np.abs(np.subtract(accuracy["Dense, bag of values"], 0.5)).max() < 0.05
    assert max(accuracy["Dense, whole window"]) < min(accuracy["LSTM"])
    assert accuracy["Dense, whole window"][0] < accuracy["Dense, whole window"][-1]


@of_page("02_simple_rnn")
def _(page, printed):
    np.testing.assert_allclose(page["states"], page["by_hand"], rtol=0, atol=1e-6)
    np.testing.assert_allclose(page["unrolled"], page["states"][2], rtol=0, atol=1e-6)
    assert np.abs(page["states"][11]).max() < np.abs(page["states"][2]).max()  # the echo fades
    assert page["counted"] == page["model"].count_params()


@of_page("03_gradients")
def _(page, printed):
    first, last = ({name: states["h"].mean[step] for name, states in page["flow"].items()} for step in (0, -1))
    assert first["scale 0.7"] < 1e-6 * last["scale 0.7"]
    assert first["scale 1.4"] > 10 * last["scale 1.4"]
    for scale in (0.7, 1.0, 1.4):
        assert np.exp(page["exponents"][f"scale {scale}"]) < scale
    assert page["exponents"]["scale 0.7"] < 0 < page["exponents"]["scale 1.4"]
    without, clipped = (float(line.split()[-1]) for line in printed.splitlines() if line.startswith("clipnorm"))
    assert without > clipped == 1


@of_page("04_lstm")
def _(page, printed):
    before, after = (np.abs(page["states"]["c"][:, steps]).max() for steps in (slice(10), slice(20, None)))
    assert after > 3 * before
    up, down = page["states"]["c"][:, -1]
    assert (up * down < 0).any()  # another colour
    np.testing.assert_allclose(page["kept"] + page["let_in"], page["states"]["c"][0, 1:], rtol=0, atol=1e-5)
    gradient, slope = page["gradient"], page["slope"]  # of a forget bias of 3
    np.testing.assert_allclose(np.diff(np.log(gradient)), slope, rtol=1e-4)


@of_page("05_peepholes")
def _(page, printed):
    assert np.median(page["errors"]["peepholes"]) < np.median(page["errors"]["plain"]) < 0.05


@of_page("06_gru")
def _(page, printed):
    assert all(errors[-1] < 0.01 for errors in page["history"].values())
    learned = {
        name: next(i for i, error in enumerate(errors) if error < 0.01) for name, errors in page["history"].items()
    }
    assert max(learned["GRU"], learned["LSTM, coupled"]) < learned["LSTM"]
    np.testing.assert_allclose(page["together"], 1, rtol=1e-6)
    assert np.abs(page["states"]["c"]).max() <= 1  # of the coupled LSTM


@of_page("07_serial_limit")
def _(page, printed):
    assert page["rounds"] == 10
    assert page["difference"] < 1e-12
    errors = page["errors"]
    assert errors["LSTM"] < 0.01 < errors["two minGRU"] < errors["minGRU"] < 1


@of_page("08_sine")
def _(page, printed):
    assert "same bits: True" in printed
    assert page["error"] < 0.05
    cosine, faster = (float(line.split()[-1]) for line in printed.splitlines()[-2:])
    assert cosine < 0.05
    assert faster > 0.5


@of_page("09_sunspots")
def _(page, printed):
    rmse = page["forecasting"].rmse
    errors = {name: rmse(page["truth"], forecast) for name, forecast in page["one_year"].items()}
    assert errors["model"] < 0.8 * min(errors["last value"], errors["eleven years before"])
    assert 0.6 < page["covered"] < 0.95
    last_value, last_cycle = (rmse(page["truth"], forecast) for forecast in page["rules"].values())
    assert page["high"] < last_value
    assert page["low"] < last_cycle < page["high"]


@of_page("10_text")
def _(page, printed):
    bag, lstm = (float(found) for found in re.findall(r"accuracy (\S+)", printed))
    assert bag < 0.75
    assert lstm > 0.98
    negative, positive = (float(line.split()[0]) for line in printed.splitlines()[-2:])
    assert negative < 0.1
    assert positive > 0.9


@of_page("11_lengths")
def _(page, printed):
    assert printed.count("same bits") == len(re.findall(r"same bits: +True", printed)) == 2
    masked, unmasked = (float(line.split()[-1]) for line in printed.splitlines() if line.startswith("accuracy"))
    assert unmasked < 0.8
    assert masked > 0.95


@of_page("12_stream")
def _(page, printed):
    assert "same bits as predict: True" in printed
    assert "same next step: True" in printed
    alarms = page["alarms"]
    late = 30  # steps until an alarm, and until the running mean has calmed down
    assert 300 <= alarms[0] <= 300 + late
    assert not ((alarms > 340 + late) & (alarms < 600)).any()
    assert 600 <= alarms[alarms > 340 + late][0] <= 600 + late


@of_page("13_your_own_csv")
def _(page, printed):
    assert "line 32, column 'sold'" in printed
    assert "--fill linear" in printed
    assert page["same"]
    scores = page["result"].hold_out.scores
    assert scores["model"].rmse < min(scores["naive"].rmse, scores["seasonal naive"].rmse)
