"""The table of what cells cost: rows train, and operations are counted right."""

import pytest

from fastlstm.benchmarks import cell_costs

pytestmark = pytest.mark.idle_cores


# Gate blocks fed by x, and by h, of each cell.
FED = {
    "simple_rnn": (1, 1),
    "lstm": (4, 4),
    "peephole_lstm": (4, 4),
    "coupled_lstm": (3, 3),
    "coupled_peephole_lstm": (3, 3),
    "gru": (3, 3),
    "gru_reset_before": (3, 3),
    "min_gru": (2, 0),
    "min_lstm": (3, 0),
}


@pytest.mark.parametrize("name", cell_costs.ROWS)
def test_rows_train_and_count_their_operations(name):
    row, (h, n, t, d, _) = cell_costs.ROWS[name], cell_costs.TINY[1]
    training = cell_costs.Training(row, cell_costs.TINY[1])
    before = training.model.get_weights()
    training.epoch()
    assert all(weight.dtype == row.dtype for weight in before)
    assert any((new != old).any() for new, old in zip(training.model.get_weights(), before, strict=True))
    assert ((training.x == 0).all(axis=-1).any()) == row.masked
    gx, gh = FED[training.directions[0].cell.name]
    one_way = 2 * n * t * h * (2 * (gx * d + gh * h) + gh * h)
    assert training.operations() == one_way * (2 if row.both_ways else 1)


def test_activations_are_counted():
    def counted(name):
        return cell_costs.Training(cell_costs.ROWS[name], cell_costs.TINY[0]).activations()

    each = 4 * 2 * 3
    assert counted("LSTM") == {"sigmoid": 3 * each, "tanh": 2 * each}
    assert counted("LSTM, coupled") == {"sigmoid": 2 * each, "tanh": 2 * each}
    assert counted("LSTM, activation sigmoid") == {"sigmoid": 5 * each}
    assert counted("Bidirectional LSTM") == {"sigmoid": 6 * each, "tanh": 4 * each}
    assert counted("GRU, reset before") == {"sigmoid": 2 * each, "tanh": each}
    assert counted("SimpleRNN") == {"tanh": each}
    assert counted("minLSTM") == {"sigmoid": 2 * each}


def test_the_table_of_costs(capsys):
    result = cell_costs.measure(["LSTM", "minGRU"], rounds=2, quick=True)
    size = cell_costs.TINY[0].title
    assert all(len(seconds) == 2 for rows in result["seconds"].values() for seconds in rows.values())
    lstm, min_gru = result["said"]["LSTM"], result["said"]["minGRU"]
    result["seconds"][size] = {"LSTM": [2e-6, 1e-6, 9e-6], "minGRU": [1e-6, 1e-6, 3e-6]}
    result["seconds"]["sigmoid float32"] = {cell_costs.ACTIVATIONS: [1e-9]}
    base, row = cell_costs.table(result)[size]
    assert (base["row"], base["ratio"], base["limit"]) == ("LSTM", 1, 1.4)
    assert row["ratio"] == pytest.approx(0.5 * lstm["operations"][size] / min_gru["operations"][size])
    assert row["flops"] == pytest.approx(min_gru["operations"][size] / 1e-6)
    assert row["activations"] == pytest.approx(4 * 2 * 3 * 1e-9 / min_gru["threads"] / 1e-6)
    cell_costs.show(result)
    lines = capsys.readouterr().out.splitlines()
    assert lines[2].startswith(size)
    assert lines[3].split()[:2] == ["LSTM", "2.0"]
    assert "over" in lines[4]
