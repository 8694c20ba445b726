"""Sequential as a stack: adding, building, weights, summary, predict, forecast."""

import gc
import threading

import numpy as np
import pytest
from at_once import at_once

from fastlstm import Input, Sequential, layers
from fastlstm.models import Sequential as SequentialOfModels


def small(steps=6, features=2, outputs=2, **options):
    return Sequential(
        [Input((steps, features), **options), layers.LSTM(5, **options), layers.Dense(outputs, **options)]
    )


def test_a_model_is_its_layers_one_after_the_other(rng):
    model = Sequential(
        [
            Input((6, 2)),
            layers.LSTM(5, return_sequences=True),
            layers.LSTM(3),
            layers.RepeatVector(4),
            layers.LSTM(3, return_sequences=True),
            layers.TimeDistributed(layers.Dense(2, "softmax")),
        ]
    )
    x = y = rng.normal(size=(7, 6, 2)).astype(np.float32)
    for layer in model.layers:
        y = layer(y)
    output = model.predict(x)
    assert output.shape == (7, 4, 2)
    np.testing.assert_allclose(output, y, rtol=1e-5, atol=1e-6)
    assert (model(x) == output).all()
    assert (model.predict_on_batch(x) == output).all()


def test_shapes_sizes_and_layers():
    model = small()
    assert SequentialOfModels is Sequential
    assert model.built
    assert (model.input_shape, model.output_shape) == ((None, 6, 2), (None, 2))
    assert model.count_params() == 4 * 5 * (2 + 5 + 1) + 5 * 2 + 2
    assert [weight.shape for weight in model.weights] == [(2, 20), (5, 20), (20,), (5, 2), (2,)]
    lstm, dense = model.layers
    assert model.get_layer(lstm.name) is lstm
    assert model.get_layer(index=-1) is dense


def test_a_model_of_vectors(rng):
    model = Sequential([Input((3,)), layers.Dense(4, "tanh"), layers.Dense(2)])
    assert model.predict(rng.normal(size=(5, 3))).shape == (5, 2)


def test_the_first_data_builds_a_model_without_input(rng):
    model = Sequential([layers.LSTM(3), layers.Dense(1)])
    assert not model.built
    assert model.predict(rng.normal(size=(4, 6, 2))).shape == (4, 1)
    assert model.input_shape == (None, 6, 2)
    model = Sequential([layers.LSTM(3)])
    model.build((None, None, 2))
    assert model.input_shape == (None, None, 2)
    for steps in (1, 9):
        assert model.predict(np.zeros((2, steps, 2))).shape == (2, 3)


def test_a_wrong_first_shape_leaves_the_model_unbuilt(rng):
    model = Sequential([layers.LSTM(3), layers.RepeatVector(2), layers.Dense(1)])
    with pytest.raises(ValueError, match="expected shape"):
        model.predict(rng.normal(size=(4, 6)))
    assert not model.built
    assert model.predict(rng.normal(size=(4, 6, 2))).shape == (4, 2, 1)


def test_weights_survive_adding_and_removing_layers(rng):
    model = small()
    x = rng.normal(size=(3, 6, 2))
    before, weights = model.predict(x), model.get_weights()
    model.add(layers.Dense(3))
    for got, want in zip(model.get_weights(), weights, strict=False):
        assert (got == want).all()
    assert model.predict(x).shape == (3, 3)
    removed = model.pop()
    kept = removed.get_weights()
    assert (model.predict(x) == before).all()
    other = Sequential([Input((2,)), removed])
    assert all((a == b).all() for a, b in zip(other.get_weights(), kept, strict=True))


def test_layers_read_and_write_the_models_weights(rng):
    model = small()
    x = rng.normal(size=(3, 6, 2))
    before = model.predict(x)
    kernel, bias = model.layers[1].get_weights()
    model.layers[1].set_weights([kernel, bias + 1])
    np.testing.assert_allclose(model.predict(x), before + 1, rtol=1e-5)
    assert (model.get_weights()[-1] == bias + 1).all()
    model.set_weights([weight * 0 for weight in model.get_weights()])
    assert not model.layers[0].kernel.any()
    assert not model.predict(x).any()


def test_set_weights_changes_nothing_when_one_shape_is_wrong():
    model = small()
    before = model.get_weights()
    with pytest.raises(ValueError, match=r"bias: layer 'dense.*' expected shape \(2,\), got \(3,\)"):
        model.set_weights([*[weight + 1 for weight in before[:-1]], np.zeros(3)])
    assert all((a == b).all() for a, b in zip(model.get_weights(), before, strict=True))


def test_views_outlive_their_model():
    model = small()
    model.predict(np.zeros((1, 6, 2)))
    views, copies = model.weights, model.get_weights()
    del model
    gc.collect()
    assert all((a == b).all() for a, b in zip(views, copies, strict=True))


@pytest.mark.parametrize("rows", [1, 7, 5000])
def test_predictions_are_new_arrays(rng, rows):
    model = small()
    x = rng.normal(size=(rows, 6, 2)).astype(np.float32)
    first = model.predict(x, verbose=0)
    kept = first.copy()
    second = model.predict(x + 1, verbose=0)
    assert not np.shares_memory(first, second)
    assert not np.shares_memory(first, x)
    assert (first == kept).all()
    first[...] = 0
    assert (model.predict(x, verbose=0) == kept).all()


def test_results_do_not_depend_on_the_batch(rng):
    model = small()
    x = rng.normal(size=(400, 6, 2)).astype(np.float32)
    together = model.predict(x)
    assert (model.predict(x, batch_size=7) == together).all()
    assert (np.concatenate([model.predict(x[i : i + 1]) for i in range(400)]) == together).all()


def test_long_predictions_in_blocks_are_the_same_bits(rng, monkeypatch):
    model = small()
    x = rng.normal(size=(900, 6, 2)).astype(np.float32)
    together = model.predict(x)
    monkeypatch.setattr("fastlstm.training.predict._BLOCK", 3000)  # about 100 rows a native call
    assert (model.predict(x, verbose=0) == together).all()


def test_no_samples_predict_nothing():
    assert small().predict(np.zeros((0, 6, 2))).shape == (0, 2)


def test_other_types_and_layouts_give_the_same(rng):
    model = small()
    x = np.round(rng.normal(size=(3, 6, 2)) * 10)
    want = model.predict(x.astype(np.float32))
    for same in (x, x.astype(np.int16), x.tolist(), np.asfortranarray(x), np.repeat(x, 2, axis=0)[::2]):
        assert (model.predict(same) == want).all()


def test_several_threads_may_predict_at_once(rng):
    model = small()
    x = rng.normal(size=(8, 40, 6, 2))
    results = [None] * 8

    def work(i):
        results[i] = [model.predict(x[i]) for _ in range(20)]

    workers = [threading.Thread(target=work, args=(i,)) for i in range(8)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    for i in range(8):
        want = model.predict(x[i])
        assert all((got == want).all() for got in results[i])


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_dtype_from_input_to_output(dtype):
    model = small(dtype=dtype)
    assert model.dtype == dtype
    assert model.predict(np.zeros((1, 6, 2))).dtype == dtype
    assert {str(weight.dtype) for weight in model.weights} == {dtype}


@pytest.mark.parametrize("window", [6, None])
@pytest.mark.parametrize("rank", [1, 2, 3])
def test_forecast_is_the_loop_over_predict(rng, window, rank):
    features = 1 if rank == 1 else 2
    model = small(window, features, features)
    history = rng.normal(size={1: (9,), 2: (9, 2), 3: (4, 9, 2)}[rank]).astype(np.float32)
    start = history.reshape(-1, 9, features)[:, 9 - (window or 9) :]
    values = start.copy()
    for _ in range(11):
        newest = model.predict(np.ascontiguousarray(values[:, -start.shape[1] :]))
        values = np.concatenate([values, newest[:, None]], axis=1)
    got = model.forecast(history, 11)
    assert got.shape == {1: (11,), 2: (11, 2), 3: (4, 11, 2)}[rank]
    assert (got.ravel() == values[:, start.shape[1] :].ravel()).all()


@pytest.mark.parametrize("window", [6, None])
@pytest.mark.parametrize("rank", [2, 3])
def test_forecast_with_known_inputs_is_the_loop_over_predict(rng, window, rank, monkeypatch):
    model = small(window, 3, 1)
    series = rng.normal(size=(1 if rank == 2 else 4, 9 + 11, 3)).astype(np.float32)
    # What is known of a step stands beside the values of the step before.
    rows = np.concatenate([series[:, :9, :1], series[:, 1:10, 1:]], axis=2)[:, 9 - (window or 9) :]
    size, expected = rows.shape[1], []
    for t in range(9, 20):
        expected.append(model.predict(np.ascontiguousarray(rows[:, -size:])))
        if t < 19:
            rows = np.concatenate([rows, np.concatenate([expected[-1], series[:, t + 1, 1:]], axis=1)[:, None]], axis=1)
    history, known = series[:, :9], series[:, 9:, 1:]
    if rank == 2:
        history, known = history[0], known[0]
    for block in (2**22, 1):
        monkeypatch.setattr("fastlstm.training.predict._BLOCK", block)
        got = model.forecast(history, 11, known=known)
        np.testing.assert_array_equal(got.reshape(-1, 11), np.concatenate(expected, axis=1))
    assert model.forecast(history, 0, known=known[..., :0, :]).shape == (*history.shape[:-2], 0, 1)


@pytest.mark.parametrize(
    ("dtype", "result"), [("float32", "float32"), ("float64", "float64"), ("float16", "float16"), ("int64", "float32")]
)
def test_forecast_keeps_the_dtype_of_floats(dtype, result):
    assert small(6, 1, 1).forecast(np.zeros(8, dtype), 3).dtype == result


def test_forecast_of_nothing():
    model = small()
    assert model.forecast(np.zeros((6, 2)), 0).shape == (0, 2)
    assert model.forecast(np.zeros((0, 6, 2)), 3).shape == (0, 3, 2)


def test_a_long_roll_out_is_many_calls_with_the_same_bits(monkeypatch):
    from fastlstm.training import predict

    model = Sequential([Input((7, 2)), layers.LSTM(5), layers.Dense(2)])
    history = np.random.default_rng(3).normal(size=(3, 9, 2)).astype("float32")
    whole = model.forecast(history, 23)
    for block in (1, 500):
        monkeypatch.setattr(predict, "_BLOCK", block)
        np.testing.assert_array_equal(model.forecast(history, 23), whole)
    assert model.forecast(history, 0).shape == (3, 0, 2)


def test_several_threads_may_ask_for_the_first_prediction():
    x = np.random.default_rng(4).normal(size=(2, 3, 1))
    for _ in range(30):
        model, layer, failed = Sequential([layers.LSTM(8), layers.Dense(1)]), layers.LSTM(8), []

        def work(model=model, layer=layer, failed=failed):
            try:
                model.predict(x, verbose=0)
                layer(x)
            except Exception as error:
                failed.append(error)

        at_once(6, work)
        assert not failed
        np.testing.assert_array_equal(model.predict(x), model.predict(x))


def test_a_compile_that_fails_changes_nothing():
    from fastlstm import losses, optimizers

    class Own(optimizers.Adam):
        pass

    model = small()
    model.compile("adam", "mse")
    before = model.optimizer
    for optimizer, loss in [("sgd", losses.Loss()), (Own(), "mse"), ("sgd", "no such loss"), ("lamb", "mse")]:
        with pytest.raises((TypeError, ValueError), match=r"loss|optimizer"):
            model.compile(optimizer, loss)
        assert model.optimizer is before
    model.fit(np.zeros((4, 6, 2)), np.zeros((4, 2)), verbose=0)
    assert before.iterations == 1
