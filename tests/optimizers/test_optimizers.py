"""Optimizers as users meet them: names, configurations, errors, averages, and going on after a fit."""

import copy

import numpy as np
import pytest
from peers import require_peer
from training_models import lstm_model, same

import fastlstm
from fastlstm import Input, Sequential, layers, optimizers, schedules
from fastlstm.callbacks import Callback

CLASSES = [
    optimizers.SGD,
    optimizers.Adam,
    optimizers.AdamW,
    optimizers.Nadam,
    optimizers.Adamax,
    optimizers.RMSprop,
    optimizers.Adagrad,
    optimizers.Adadelta,
    optimizers.Lion,
    optimizers.Ftrl,
    optimizers.ScheduleFreeAdamW,
    optimizers.Lamb,
    optimizers.Adafactor,
    optimizers.Muon,
]


@pytest.fixture
def data(rng):
    x = rng.normal(size=(40, 5, 2))
    return x, x[:, -1].sum(-1)


@pytest.mark.parametrize("cls", CLASSES)
def test_names_configurations_and_instances_are_taken(cls):
    name = cls.__name__
    for identifier in (name, name.lower(), name.upper(), {"class_name": name}, {"class_name": name, "config": {}}):
        assert type(optimizers.get(identifier)) is cls
    options = dict(clipnorm=0.5, use_ema=True, ema_momentum=0.5, ema_overwrite_frequency=7, name="mine")
    optimizer = cls(learning_rate=0.25, weight_decay=0.125, gradient_accumulation_steps=2, **options)
    assert optimizers.get(optimizer) is optimizer
    again = optimizers.get(optimizers.serialize(optimizer))
    assert again.get_config() == optimizer.get_config() == cls.from_config(optimizer.get_config()).get_config()
    assert again.get_config()["name"] == again.name == "mine"
    assert again.get_config()["clipnorm"] == again.clipnorm == 0.5


@pytest.mark.parametrize(
    ("make", "error", "match"),
    [
        (
            lambda: optimizers.SGD(clipnorm=1, clipvalue=1),
            ValueError,
            "expected at most one of them, got clipnorm=1, c",
        ),
        (lambda: optimizers.SGD(clipnorm=0.0, global_clipnorm=1), ValueError, "at most one"),
        (lambda: optimizers.SGD(clipnorm=-1), ValueError, "clipnorm"),
        (lambda: optimizers.SGD(clipvalue="small"), TypeError, "clipvalue"),
        (lambda: optimizers.SGD(global_clipnorm=np.inf), ValueError, "global_clipnorm"),
        (lambda: optimizers.SGD(weight_decay=-1), ValueError, "weight_decay"),
        (lambda: optimizers.AdamW(weight_decay=None), ValueError, "weight_decay: expected a number for AdamW"),
        (lambda: optimizers.SGD(use_ema=1), TypeError, "use_ema"),
        (lambda: optimizers.SGD(ema_momentum=1.5), ValueError, "ema_momentum"),
        (lambda: optimizers.SGD(ema_overwrite_frequency=0), ValueError, "ema_overwrite_frequency"),
        (lambda: optimizers.SGD(gradient_accumulation_steps=1), ValueError, "gradient_accumulation_steps"),
        (lambda: optimizers.SGD(gradient_accumulation_steps=2.0), TypeError, "gradient_accumulation_steps"),
        (lambda: optimizers.SGD(loss_scale_factor=2.0), ValueError, "loss_scale_factor: SGD does not support it"),
        (lambda: optimizers.SGD(name=3), TypeError, "name"),
        (lambda: optimizers.SGD(decay=-0.1), ValueError, "decay"),
        (lambda: optimizers.SGD(schedules.CosineDecay(0.1, 10), decay=0.1), ValueError, "decay: expected None or 0"),
        (lambda: optimizers.SGD(0.1, lr=0.1), TypeError, "learning_rate"),
        (lambda: optimizers.SGD(lambda: "fast").learning_rate, TypeError, "learning_rate: CalledRate at step 0"),
        (lambda: optimizers.serialize(optimizers.SGD(lambda: 0.1)), NotImplementedError, "a function has no config"),
        (lambda: setattr(optimizers.SGD(), "iterations", -1), ValueError, "iterations"),
        (lambda: optimizers.Ftrl(learning_rate_power=0.5), ValueError, "learning_rate_power"),
        (lambda: optimizers.ScheduleFreeAdamW(beta_1=0.0), ValueError, "beta_1"),
        (lambda: optimizers.Adafactor(clip_threshold=0.0), ValueError, "clip_threshold"),
        (lambda: optimizers.Muon(ns_steps=-1), ValueError, "ns_steps"),
        (lambda: optimizers.Lion(beta_1=0.0), ValueError, r"beta_1: expected a number in \(0, 1\]"),
        (lambda: optimizers.Adagrad(initial_accumulator_value=-1), ValueError, "initial_accumulator_value"),
        (lambda: optimizers.Adadelta(rho=1.0), ValueError, "rho"),
        (lambda: optimizers.get({"config": {}}), TypeError, "a dict with a class_name"),
        (lambda: optimizers.get({"class_name": "Lars"}), ValueError, "unknown optimizer 'lars'"),
        (lambda: optimizers.SGD().exclude_from_weight_decay(var_list=[1]), TypeError, "var_list: expected variables"),
        (lambda: optimizers.SGD().exclude_from_weight_decay(var_names=[1]), TypeError, "var_names"),
        (lambda: optimizers.SGD().swap_ema_weights(), ValueError, "use_ema=True"),
    ],
)
def test_wrong_arguments_are_refused(make, error, match):
    with pytest.raises(error, match=match):
        make()


@pytest.mark.parametrize("cls", CLASSES)
def test_a_second_fit_goes_on(cls, data):
    shared = dict(weight_decay=0.1, clipnorm=0.5, gradient_accumulation_steps=3)
    once, twice = lstm_model(cls(0.01, **shared)), lstm_model(cls(0.01, **shared))
    once.fit(*data, batch_size=10, epochs=4, shuffle=False, verbose=0)
    for _ in range(2):
        twice.fit(*data, batch_size=10, epochs=2, shuffle=False, verbose=0)
    assert same(once, twice)
    assert once.optimizer.iterations == 5


def test_compiling_again_starts_afresh(data):
    model = lstm_model(optimizers.Adam(0.01))
    start = model.get_weights()
    model.train_on_batch(*data)
    first = model.get_weights()
    model.set_weights(start)
    model.compile(model.optimizer, "mse")
    assert model.optimizer.iterations == 0
    model.train_on_batch(*data)
    assert all((a == b).all() for a, b in zip(first, model.get_weights(), strict=True))


def test_weights_without_decay_are_chosen_by_name():
    x = np.zeros((4, 5, 2))
    model = lstm_model(optimizers.SGD(0.5, weight_decay=0.5))
    model.set_weights([np.ones_like(weight) for weight in model.get_weights()])
    model.optimizer.exclude_from_weight_decay(var_names=["recurrent", "^bias$"])
    model.train_on_batch(x, model.predict(x, verbose=0))  # no gradients
    assert [float(weight.flat[0]) for weight in model.get_weights()] == [0.75, 1, 1, 0.75, 1]
    with pytest.raises(ValueError, match="before the first step"):
        model.optimizer.exclude_from_weight_decay(var_names=["bias"])


def test_averages_take_the_place_of_weights_at_the_end_of_a_fit_only(data):
    class Watch(Callback):
        def __init__(self):
            self.seen = []

        def on_epoch_end(self, epoch, logs=None):
            self.seen.append(self.model.get_weights()[0])

        def on_train_end(self, logs=None):
            self.seen.append(self.model.get_weights()[0])

    plain, averaged = lstm_model(optimizers.SGD(0.1)), lstm_model(optimizers.SGD(0.1, use_ema=True, ema_momentum=0.9))
    watches = [Watch(), Watch()]
    for model, watch in zip((plain, averaged), watches, strict=True):
        model.fit(*data, batch_size=40, epochs=3, shuffle=False, verbose=0, callbacks=[watch])
    for a, b in zip(watches[0].seen[:3], watches[1].seen[:3], strict=True):
        np.testing.assert_array_equal(a, b)
    first, second, third, last = watches[1].seen
    np.testing.assert_allclose(last, 0.1 * third + 0.9 * (0.1 * second + 0.9 * first), rtol=1e-12)
    np.testing.assert_array_equal(last, averaged.get_weights()[0])


def test_averages_are_in_place_after_an_interruption(data):
    class Interrupt(Callback):
        def on_epoch_end(self, epoch, logs=None):
            raise KeyboardInterrupt

    model = lstm_model(optimizers.SGD(0.1, use_ema=True))
    with pytest.raises(KeyboardInterrupt):
        model.fit(*data, batch_size=10, epochs=2, callbacks=[Interrupt()], verbose=0)
    ended = model.get_weights()
    model.optimizer.finalize_variable_values()
    assert all((a == b).all() for a, b in zip(ended, model.get_weights(), strict=True))


def test_no_epochs_change_nothing(data):
    model = lstm_model(optimizers.SGD(0.1, use_ema=True))
    model.fit(*data, verbose=0)
    ones = [np.ones_like(weight) for weight in model.get_weights()]
    model.set_weights(ones)
    model.fit(*data, epochs=0, verbose=0)
    assert (model.get_weights()[0] == 1).all()


def test_weights_and_averages_change_places(data):
    model = lstm_model(optimizers.Adam(0.1, use_ema=True))
    with pytest.raises(ValueError, match="use_ema=True, of a compiled and built model"):
        model.optimizer.swap_ema_weights()
    for _ in range(3):
        model.train_on_batch(*data)
    weights = model.get_weights()
    loss = model.evaluate(*data, verbose=0)
    model.optimizer.swap_ema_weights()
    assert model.evaluate(*data, verbose=0) != loss
    model.optimizer.swap_ema_weights()
    assert model.evaluate(*data, verbose=0) == loss
    assert all((a == b).all() for a, b in zip(weights, model.get_weights(), strict=True))
    with pytest.raises(ValueError, match="use_ema=True"):
        lstm_model(optimizers.Adam()).optimizer.swap_ema_weights()


RATES = {"Adadelta": 100.0, "Adagrad": 0.5, "Ftrl": 0.5, "ScheduleFreeAdamW": 0.2, "Adafactor": 0.5, "Muon": 0.5}


@pytest.mark.parametrize("cls", CLASSES)
def test_every_optimizer_lowers_a_loss(cls, rng):
    x = rng.normal(size=(64, 3)).astype(np.float32)
    y = x @ np.array([[1.0], [-2.0], [0.5]])
    model = Sequential([Input((3,)), layers.Dense(1)])
    model.compile(cls(RATES.get(cls.__name__, 0.05)), "mse")
    before = model.evaluate(x, y)
    model.fit(x, y, epochs=30, verbose=0)
    assert model.evaluate(x, y) < 0.2 * before


def test_layers_that_are_not_trained_stay(rng):
    normalization = layers.Normalization(mean=[1.0, 2.0], variance=[4.0, 9.0])
    model = Sequential([Input((5, 2)), normalization, layers.LSTM(3), layers.Dense(1)])
    shared = dict(weight_decay=0.5, global_clipnorm=1.0, use_ema=True, ema_overwrite_frequency=2)
    model.compile(optimizers.AdamW(0.1, **shared), "mse")
    model.fit(rng.normal(size=(20, 5, 2)), rng.normal(size=20), batch_size=4, verbose=0)
    np.testing.assert_array_equal(normalization.weights[0], np.float32([1, 2]))
    np.testing.assert_array_equal(normalization.weights[1], np.float32([4, 9]))


def test_a_learning_rate_from_a_function_is_asked_for_before_each_step(data):
    rates = iter([0.5, 0.25, 0.125, 0.0625, 0.03125, 0.015625])
    given = []

    def rate():
        given.append(next(rates))
        return given[-1]

    class Listed(schedules.LearningRateSchedule):
        def __call__(self, step):
            return 0.5 / 2**step

    one, other = lstm_model(optimizers.SGD(rate)), lstm_model(optimizers.SGD(Listed()))
    for model in (one, other):
        model.fit(*data, batch_size=20, epochs=3, shuffle=False, verbose=0)
    assert same(one, other)
    assert given == [0.5 / 2**step for step in range(6)]
    one.optimizer.learning_rate = 0.75
    assert one.optimizer.learning_rate == 0.75
    one.optimizer.learning_rate = lambda: 0.5
    assert one.optimizer.learning_rate == 0.5


def test_the_number_of_updates_can_be_set(data):
    one, other = lstm_model(optimizers.Adam(0.01)), lstm_model(optimizers.Adam(0.01))
    one.optimizer.iterations = 1000  # before there is a network
    assert one.optimizer.iterations == 1000
    one.train_on_batch(*data)
    other.train_on_batch(*data)
    assert one.optimizer.iterations == 1001
    assert not same(one, other)
    again = lstm_model(optimizers.Adam(0.01))
    again.predict(data[0], verbose=0)
    again.optimizer.iterations.assign(1000)
    again.train_on_batch(*data)
    assert same(one, again)
    assert again.optimizer.iterations.numpy() == 1001
    accumulating = lstm_model(optimizers.SGD(0.01, gradient_accumulation_steps=3))
    accumulating.optimizer.iterations = 4
    for _ in range(3):
        accumulating.train_on_batch(*data)
    assert accumulating.optimizer.iterations == 5


@pytest.mark.parametrize(
    "optimizer",
    [
        optimizers.SGD(),
        optimizers.Adam(use_ema=True),
        optimizers.SGD(schedules.CosineDecay(0.1, 10), momentum=0.9),
        optimizers.Muon(),
        optimizers.Adafactor(),
    ],
)
def test_variables_are_those_of_keras(data, optimizer):
    keras = require_peer("keras")
    assert [variable.name for variable in optimizer.variables][:1] == ["iteration"]
    model = Sequential([Input((5, 2)), layers.LSTM(3), layers.Dense(1)])
    model.compile(optimizer, "mse")
    model.train_on_batch(*data)
    peer = keras.Sequential([keras.Input((5, 2)), keras.layers.LSTM(3), keras.layers.Dense(1)])
    config = optimizers.serialize(optimizer)
    peer.compile(getattr(keras.optimizers, type(optimizer).__name__).from_config(config["config"]), "mse")
    peer.train_on_batch(data[0].astype("f4"), data[1].astype("f4")[:, None])
    found = optimizer.variables
    assert [variable.shape for variable in found] == [tuple(variable.shape) for variable in peer.optimizer.variables]
    for variable in found[1:]:
        before = variable.numpy()
        assert variable.dtype == "float32"
        assert variable.path.startswith(f"{optimizer.name}/")
        if before.ndim:
            variable.assign(before + 1)
            np.testing.assert_array_equal(variable, before + 1)
            np.testing.assert_array_equal(variable.value, np.asarray(variable))
    with pytest.raises(ValueError, match="value: expected shape"):
        found[-1].assign(np.zeros(99))
    found[0].assign(7)
    assert optimizer.iterations == 7


def test_muon_leaves_embeddings_and_what_is_excluded_to_adam():
    def slots_of(**options):
        model = Sequential([Input((4,)), layers.Embedding(7, 3), layers.GRU(2, name="cell"), layers.Dense(1)])
        model.compile(optimizers.Muon(**options), "mse")
        model.train_on_batch(np.zeros((2, 4), int), np.zeros(2))
        return [v.path.partition("/")[2] for v in model.optimizer.variables if v.name.endswith("velocity")]

    assert slots_of() == ["0_embeddings_velocity", "5_bias_velocity"]  # the bias of a GRU is a matrix
    assert slots_of(exclude_embeddings=False) == ["5_bias_velocity"]
    assert slots_of(exclude_layers=["^cell/.*kernel$"]) == [
        "0_embeddings_velocity",
        "1_kernel_velocity",
        "2_recurrent_kernel_velocity",
        "5_bias_velocity",
    ]


@pytest.mark.parametrize("ending", ["keras", "h5"])
def test_a_decay_is_in_configurations_and_files(data, tmp_path, ending):
    model = lstm_model(optimizers.SGD(0.125, decay=0.5))
    model.train_on_batch(*data)
    config = model.optimizer.get_config()
    assert (config["learning_rate"], config["decay"]) == (0.125, 0.5)
    model.save(tmp_path / f"model.{ending}")
    loaded = fastlstm.saving.load_model(tmp_path / f"model.{ending}").optimizer
    for one in (loaded, optimizers.SGD.from_config(config), copy.deepcopy(model.optimizer)):
        assert (one.learning_rate, one.decay) == (0.125, 0.5)
        one.iterations = 2
        assert one.rates(1) == pytest.approx(0.125 / (1 + 0.5 * 2))
        one.learning_rate = 0.25
        assert one.rates(1) == pytest.approx(0.25 / (1 + 0.5 * 2))


def test_exempt_weights_stay_so_in_copies():
    optimizer, weight = optimizers.AdamW(1.0, weight_decay=0.1), fastlstm.keras.Variable(2.0)
    optimizer.exclude_from_weight_decay(var_list=[weight])
    for one, variable in (copy.deepcopy((optimizer, weight)), (optimizer, weight)):
        one.apply_gradients([(np.float32(0), variable)])
        assert variable.numpy() == 2.0


def test_a_gradient_of_the_loss_is_refused():
    weight = fastlstm.keras.Variable(2.0)
    with pytest.raises(ValueError, match="grad_loss"):
        optimizers.SGD(0.5).minimize(lambda: weight * weight, [weight], grad_loss=10.0)
