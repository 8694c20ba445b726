"""Labels in Chinese, Japanese and Korean: glyphs where a font has them, otherwise codes and a warning; no boxes."""

import io
from pathlib import Path

import matplotlib
import numpy as np
import pytest
from matplotlib import font_manager
from matplotlib.figure import Figure
from matplotlib.text import Text
from peers import require_peer_elsewhere

from fastlstm import Input, Sequential, keras, layers, plotting
from fastlstm.cli import main

NAME = "温度【摄氏度】"
SCRIPTS = ("温度", "溫度", "きおん", "기온")


def has_chinese(path):
    try:
        return bool(font_manager.get_font(path).get_char_index(ord("温")))
    except (OSError, RuntimeError):
        return False


@pytest.fixture
def fonts():
    """Fonts of the system or of the peer mplfonts."""
    if not any(map(has_chinese, font_manager.findSystemFonts())):
        require_peer_elsewhere("mplfonts")


@pytest.fixture
def only_matplotlib_fonts(monkeypatch):
    """Matplotlib knows the fonts that come with it, and finds none of the system."""
    own = Path(matplotlib.get_data_path())
    listed = [font for font in font_manager.fontManager.ttflist if own in Path(font.fname).parents]
    monkeypatch.setattr(font_manager.fontManager, "ttflist", listed)
    find = font_manager.findSystemFonts
    monkeypatch.setattr(font_manager, "findSystemFonts", lambda paths=None: [] if paths is None else find(paths))


@pytest.fixture
def no_fonts(only_matplotlib_fonts, monkeypatch):
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)


def draw(figure):
    """Draw a figure, where a missing glyph is a warning and thus an error; return all that it says."""
    figure.savefig(io.BytesIO())
    return [text.get_text() for text in figure.findobj(Text) if text.get_text()]


def forecast(name=NAME, **options):
    return plotting.plot_forecast(np.arange(40.0), np.arange(40.0, 50), name=name, **options)


def test_without_help_there_would_be_boxes(only_matplotlib_fonts):
    figure = Figure()
    figure.text(0, 0, NAME)
    with pytest.warns(UserWarning, match="Glyph"):
        figure.savefig(io.BytesIO())


@pytest.mark.parametrize("name", SCRIPTS)
def test_title_and_axis(fonts, name):
    axes = forecast(name)
    assert {name, f"{name}: forecast of 10 values"} <= set(draw(axes.figure))


def test_labels_of_ticks_also_of_those_that_appear_later(fonts):
    axes = forecast(index=np.array([f"第{i}天" for i in range(50)]))
    first = draw(axes.figure)
    axes.set_xlim(10, 18)
    assert "第10天" in set(draw(axes.figure)) - set(first)


def test_legends_bars_and_panels(fonts):
    for figure in (
        plotting.plot_history({"loss": [1.0, 0.5], "准确率": [0.1, 0.2], "val_准确率": [0.1, 0.3]})[0].figure,
        plotting.loss_figure({"训练": [1.0, 0.5], "验证": [1.0, 0.6]}, "均方误差"),
        plotting.plot_memory_length({"编码器": 12.0, "解码器": float("inf")}).figure,
        plotting.plot_states({"h": np.zeros((2, 10, 4))}, name="编码器")[0].figure,
        plotting.distances_figure({"训练前": {"循环网络": np.geomspace(1, 1e-6, 50)}}, "梯度的范数"),
    ):
        draw(figure)


def test_names_of_layers_in_the_picture_of_a_model(fonts):
    model = Sequential([Input((20, 1)), layers.LSTM(8, name="一个名字很长的编码器层"), layers.Dense(1)])
    figure = keras.utils.model_to_dot(model).figure
    draw(figure)
    axes = figure.axes[0]
    (text,) = [text for text in axes.texts if "编码器" in text.get_text()]
    within = axes.patches[1].get_window_extent()
    assert within.x0 < text.get_window_extent().x0
    assert text.get_window_extent().x1 < within.x1


@pytest.mark.parametrize("ending", ["png", "svg", "pdf"])
def test_files(fonts, ending, tmp_path):
    forecast().figure.savefig(tmp_path / f"forecast.{ending}")


def test_a_column_on_the_command_line(fonts, tmp_path, capsys):
    table = tmp_path / "table.csv"
    rows = [f"{i},{np.sin(i / 3):.4f}" for i in range(80)]
    table.write_text("\n".join([f"序号,{NAME}", *rows]), encoding="utf-8")
    out = tmp_path / "out"
    assert main(["forecast", str(table), "--column", NAME, "--steps", "5", "--epochs", "1", "--out", str(out)]) == 0
    assert (out / "forecast.png").stat().st_size
    assert "arning" not in capsys.readouterr().err


def test_the_font_of_the_package(only_matplotlib_fonts):
    require_peer_elsewhere("mplfonts")
    draw(forecast().figure)
    assert "Noto Sans CJK SC" in font_manager.fontManager.get_font_names()


def test_nothing_else_changes(fonts):
    before = dict(matplotlib.rcParams)
    axes = Figure().subplots()
    own = axes.text(0, 0, "$x^2$")
    family = own.get_fontfamily()
    forecast(ax=axes)
    assert dict(matplotlib.rcParams) == before
    assert own.get_fontfamily() == family
    assert forecast("temperature").title.get_fontfamily() == family


def test_a_font_that_the_user_chose_stays(fonts):
    found = forecast().yaxis.label.get_fontfamily()[-1]
    with matplotlib.rc_context({"font.family": found}):
        assert forecast().yaxis.label.get_fontfamily() == [found]


def test_without_a_font_codes_and_a_warning_that_says_what_to_install(no_fonts):
    with pytest.warns(UserWarning, match="fonts-noto-cjk.*mplfonts") as caught:
        axes = forecast("温 $1")
    assert len({str(warning.message) for warning in caught}) == 1
    assert {r"\u6e29 \$1", r"\u6e29 \$1: forecast of 10 values"} <= set(draw(axes.figure))


def test_without_a_font_codes_beside_ticks(no_fonts):
    with pytest.warns(UserWarning, match=r"such as \\u5929"):
        axes = forecast("t", index=np.array([f"天{i}" for i in range(50)]))
    assert r"\u59290" in draw(axes.figure)
    with pytest.warns(UserWarning, match="fonts-noto-cjk"):
        axes = plotting.plot_memory_length({"天": 12.0})
    assert r"\u5929" in draw(axes.figure)


def test_without_a_font_latin_labels_need_none(no_fonts):
    draw(forecast("température, µs").figure)
