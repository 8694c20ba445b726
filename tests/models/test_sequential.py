"""Sequential: adding layers, building, weights, predict, compile."""

import gc
import threading

import numpy as np
import pytest
from at_once import at_once
from training_models import small_lstm

from fastlstm import Input, Sequential, layers
from fastlstm.models import Sequential as SequentialOfModels


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
    model = small_lstm()
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
    assert model.input_shape == (None, None, 2)
    model = Sequential([layers.LSTM(3, return_sequences=True), layers.Flatten()])
    assert model.predict(rng.normal(size=(4, 6, 2))).shape == (4, 18)
    assert model.input_shape == (None, 6, 2)  # a Flatten needs the number of steps
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
    model = small_lstm()
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
    model = small_lstm()
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
    model = small_lstm()
    before = model.get_weights()
    with pytest.raises(ValueError, match=r"bias: layer 'dense.*' expected shape \(2,\), got \(3,\)"):
        model.set_weights([*[weight + 1 for weight in before[:-1]], np.zeros(3)])
    assert all((a == b).all() for a, b in zip(model.get_weights(), before, strict=True))


def test_views_outlive_their_model():
    model = small_lstm()
    model.predict(np.zeros((1, 6, 2)))
    views, copies = model.weights, model.get_weights()
    del model
    gc.collect()
    assert all((a == b).all() for a, b in zip(views, copies, strict=True))


@pytest.mark.parametrize("rows", [1, 7, 5000])
def test_predictions_are_new_arrays(rng, rows):
    model = small_lstm()
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
    model = small_lstm()
    x = rng.normal(size=(400, 6, 2)).astype(np.float32)
    together = model.predict(x)
    assert (model.predict(x, batch_size=7) == together).all()
    assert (np.concatenate([model.predict(x[i : i + 1]) for i in range(400)]) == together).all()


def test_long_predictions_in_blocks_are_the_same_bits(rng, monkeypatch):
    model = small_lstm()
    x = rng.normal(size=(900, 6, 2)).astype(np.float32)
    together = model.predict(x)
    monkeypatch.setattr("fastlstm.training.native_model._BLOCK", 3000)  # about 100 rows a native call
    assert (model.predict(x, verbose=0) == together).all()


def test_no_samples_predict_nothing():
    assert small_lstm().predict(np.zeros((0, 6, 2))).shape == (0, 2)


def test_other_types_and_layouts_give_the_same(rng):
    model = small_lstm()
    x = np.round(rng.normal(size=(3, 6, 2)) * 10)
    want = model.predict(x.astype(np.float32))
    for same in (x, x.astype(np.int16), x.tolist(), np.asfortranarray(x), np.repeat(x, 2, axis=0)[::2]):
        assert (model.predict(same) == want).all()


def test_several_threads_may_predict_at_once(rng):
    model = small_lstm()
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
    model = small_lstm(dtype=dtype)
    assert model.dtype == dtype
    assert model.predict(np.zeros((1, 6, 2))).dtype == dtype
    assert {str(weight.dtype) for weight in model.weights} == {dtype}


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

    model = small_lstm()
    model.compile("adam", "mse")
    before = model.optimizer
    for optimizer, loss in [("sgd", losses.Loss()), (Own(), "mse"), ("sgd", "no such loss"), ("no such one", "mse")]:
        with pytest.raises((TypeError, ValueError), match=r"loss|optimizer"):
            model.compile(optimizer, loss)
        assert model.optimizer is before
    model.fit(np.zeros((4, 6, 2)), np.zeros((4, 2)), verbose=0)
    assert before.iterations == 1
