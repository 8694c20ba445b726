"""Learning-rate schedules: the rates of Keras and of PyTorch, configurations, and how a fit follows them."""

import warnings

import numpy as np
import peer_keras_calls
import pytest
from peers import keras_on, require_peer
from training_models import lstm_model, same, seeded_fit

import fastlstm
from fastlstm import optimizers, schedules
from fastlstm.callbacks import Callback

AS_IN_KERAS = [
    ("ExponentialDecay", dict(initial_learning_rate=0.1, decay_steps=30, decay_rate=0.5)),
    ("ExponentialDecay", dict(initial_learning_rate=0.1, decay_steps=30, decay_rate=0.5, staircase=True)),
    ("InverseTimeDecay", dict(initial_learning_rate=0.1, decay_steps=7, decay_rate=0.5)),
    ("InverseTimeDecay", dict(initial_learning_rate=0.1, decay_steps=7, decay_rate=0.5, staircase=True)),
    ("PiecewiseConstantDecay", dict(boundaries=[10, 11, 50], values=[0.1, 0.05, 0.2, 0.01])),
    ("PolynomialDecay", dict(initial_learning_rate=0.1, decay_steps=60)),
    ("PolynomialDecay", dict(initial_learning_rate=0.1, decay_steps=60, end_learning_rate=0.02, power=0.5)),
    ("PolynomialDecay", dict(initial_learning_rate=0.1, decay_steps=32, power=2.0, cycle=True)),
    ("CosineDecay", dict(initial_learning_rate=0.1, decay_steps=60)),
    ("CosineDecay", dict(initial_learning_rate=0.1, decay_steps=60, alpha=0.2)),
    ("CosineDecay", dict(initial_learning_rate=0.01, decay_steps=60, alpha=0.2, warmup_target=0.1, warmup_steps=20)),
    ("CosineDecay", dict(initial_learning_rate=0.1, decay_steps=60, warmup_steps=20)),
    ("CosineDecayRestarts", dict(initial_learning_rate=0.1, first_decay_steps=16)),
    ("CosineDecayRestarts", dict(initial_learning_rate=0.1, first_decay_steps=16, t_mul=1.0, m_mul=0.8)),
    ("CosineDecayRestarts", dict(initial_learning_rate=0.1, first_decay_steps=16, t_mul=1.5, m_mul=0.8, alpha=0.1)),
]


@pytest.mark.parametrize(("name", "options"), AS_IN_KERAS)
def test_rates_are_those_of_keras(name, options):
    ours = getattr(schedules, name)(**options)
    rates, their_config = keras_on("jax").submit(peer_keras_calls.schedule_rates, name, options).result()
    np.testing.assert_allclose([ours(step) for step in range(100)], rates, rtol=1e-6, atol=1e-6 * rates.max())
    config = ours.get_config()
    assert config == pytest.approx(their_config) if "boundaries" not in config else config == their_config


def test_restarts_are_where_they_should_be_whatever_the_logarithms_round_to():
    for t_mul in (3.0, 5.0, 10.0):
        schedule = schedules.CosineDecayRestarts(1.0, first_decay_steps=1, t_mul=t_mul)
        for restarts in range(1, 9):
            assert schedule(round((t_mul**restarts - 1) / (t_mul - 1))) == 1.0


@pytest.mark.parametrize("three_phase", [False, True])
@pytest.mark.parametrize("strategy", ["cos", "linear"])
@pytest.mark.parametrize("pct_start", [0.3, 0.45, 0.0])
def test_one_cycle_is_that_of_torch(strategy, three_phase, pct_start):
    torch = require_peer("torch")
    options = dict(pct_start=pct_start, anneal_strategy=strategy, div_factor=10.0, final_div_factor=100.0)
    ours = schedules.OneCycle(0.5, 90, three_phase=three_phase, **options)
    optimizer = torch.optim.SGD([torch.zeros(1)], lr=0.1)
    theirs = torch.optim.lr_scheduler.OneCycleLR(
        optimizer, 0.5, total_steps=90, three_phase=three_phase, cycle_momentum=False, **options
    )
    for step in range(90):
        assert ours(step) == pytest.approx(optimizer.param_groups[0]["lr"], rel=1e-12), step
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # no optimizer makes steps here
            theirs.step()
    assert ours(90) == ours(1000) == pytest.approx(0.5 / 1000)


@pytest.mark.parametrize("steps", [1, 2, 10])
def test_a_short_cycle_has_rates(steps):
    for pct_start in (0.0, 0.1, 0.5, 1.0):
        for three_phase in (False, True):
            cycle = schedules.OneCycle(0.5, steps, pct_start, three_phase=three_phase)
            assert all(0 < cycle(step) <= 0.5 for step in range(steps + 2))


@pytest.mark.parametrize(("name", "options"), [*AS_IN_KERAS, ("OneCycle", dict(max_learning_rate=0.5, total_steps=90))])
def test_configurations_come_back(name, options):
    schedule = getattr(schedules, name)(**options, name="mine")
    written = schedules.serialize(schedule)
    again = schedules.deserialize(written)
    assert type(again) is type(schedule)
    assert again.get_config() == schedule.get_config() == written["config"]
    assert written["config"]["name"] == "mine"
    optimizer = optimizers.Adam(schedule)
    assert optimizers.get(optimizers.serialize(optimizer)).get_config() == optimizer.get_config()


@pytest.mark.parametrize(
    ("make", "error", "match"),
    [
        (lambda: schedules.ExponentialDecay(0.1, 0, 0.5), ValueError, "decay_steps: expected a finite number above 0"),
        (lambda: schedules.ExponentialDecay(-0.1, 10, 0.5), ValueError, "initial_learning_rate"),
        (lambda: schedules.ExponentialDecay("fast", 10, 0.5), TypeError, "initial_learning_rate"),
        (lambda: schedules.ExponentialDecay(0.1, 10, -0.5), ValueError, "decay_rate"),
        (lambda: schedules.ExponentialDecay(0.1, 10, 0.5, staircase=1), TypeError, "staircase"),
        (lambda: schedules.ExponentialDecay(0.1, 10, 0.5, name=3), TypeError, "name"),
        (lambda: schedules.InverseTimeDecay(0.1, -1, 0.5), ValueError, "decay_steps"),
        (lambda: schedules.PiecewiseConstantDecay([1], [0.1]), ValueError, "values: expected one more than the 1"),
        (lambda: schedules.PiecewiseConstantDecay([2, 1], [0.1] * 3), ValueError, "boundaries: expected each above"),
        (lambda: schedules.PolynomialDecay(0.1, 10, power=-1), ValueError, "power"),
        (lambda: schedules.CosineDecay(0.1, 10, alpha=2.0), ValueError, "alpha"),
        (lambda: schedules.CosineDecay(0.1, 10, warmup_target="high"), TypeError, "warmup_target"),
        (lambda: schedules.CosineDecayRestarts(0.1, 10, t_mul=0.5), ValueError, "t_mul"),
        (lambda: schedules.OneCycle(0.1, 0), ValueError, "total_steps"),
        (lambda: schedules.OneCycle(0.1, 10, anneal_strategy="exp"), ValueError, "anneal_strategy: expected 'cos'"),
        (lambda: schedules.OneCycle(0.1, 10, div_factor=0), ValueError, "div_factor"),
        (lambda: schedules.deserialize({"class_name": "CosinDecay"}), ValueError, "did you mean 'CosineDecay'"),
        (lambda: schedules.deserialize("CosineDecay"), TypeError, "config"),
        (lambda: schedules.LearningRateSchedule()(0), NotImplementedError, "must define __call__"),
        (lambda: schedules.LearningRateSchedule().get_config(), NotImplementedError, "must define get_config"),
    ],
)
def test_wrong_arguments_are_refused(make, error, match):
    with pytest.raises(error, match=match):
        make()


def test_keras_has_them_in_optimizers():
    from fastlstm.optimizers.schedules import CosineDecay

    assert CosineDecay is schedules.CosineDecay is fastlstm.optimizers.schedules.CosineDecay
    assert optimizers.schedules.serialize is schedules.serialize


# In training


class Own(schedules.LearningRateSchedule):
    """A schedule of one's own, without a configuration, that remembers what it was asked."""

    def __init__(self):
        self.asked = []
        self.optimizer = None

    def __call__(self, step):
        self.asked.append((step, self.optimizer.iterations if self.optimizer else None))
        return np.float32(0.1) / (1 + step)


class EachStep(Callback):
    def on_train_batch_end(self, batch, logs=None):
        pass


@pytest.fixture
def data(rng):
    x = rng.normal(size=(100, 5, 2))
    return x, x[:, -1].sum(-1)


def test_a_schedule_does_not_make_each_step_a_call_and_changes_no_bits(data):
    schedule = Own()
    together, apart = lstm_model(optimizers.SGD(schedule)), lstm_model(optimizers.SGD(Own()))
    schedule.optimizer = together.optimizer
    seeded_fit(together, *data, batch_size=2, epochs=4)
    seeded_fit(apart, *data, batch_size=2, epochs=4, callbacks=[EachStep()])
    assert same(together, apart)
    assert schedule.asked[:50] == [(step, 0) for step in range(50)]
    assert schedule.asked[-1][0] == 199


def test_a_schedule_is_followed_over_epochs_and_fits(data):
    x, y = data
    scheduled = lstm_model(optimizers.SGD(schedules.ExponentialDecay(0.1, 5, 0.5)))
    by_hand = lstm_model(optimizers.SGD(0.1))
    for _ in range(2):
        scheduled.fit(x, y, batch_size=25, epochs=2, shuffle=False, verbose=0)
    scheduled.train_on_batch(x, y)
    for step in range(16):
        by_hand.optimizer.learning_rate = 0.1 * 0.5 ** (step / 5)
        rows = slice(step % 4 * 25, (step % 4 + 1) * 25)
        by_hand.train_on_batch(x[rows], y[rows])
    by_hand.optimizer.learning_rate = 0.1 * 0.5 ** (16 / 5)
    by_hand.train_on_batch(x, y)
    assert same(scheduled, by_hand)
    assert scheduled.optimizer.iterations == 17
    assert scheduled.optimizer.learning_rate == pytest.approx(0.1 * 0.5 ** (17 / 5))


def test_a_number_does_not_replace_a_schedule(data):
    model = lstm_model(optimizers.Adam(schedules.InverseTimeDecay(0.5, 1, 1.0)))
    assert model.optimizer.learning_rate == 0.5
    with pytest.raises(TypeError, match="learning_rate: this Adam follows a InverseTimeDecay"):
        model.optimizer.learning_rate = 0.1
    model.train_on_batch(*data)
    assert model.optimizer.learning_rate == 0.25
    model.optimizer.learning_rate = schedules.PiecewiseConstantDecay([], [0.125])
    assert model.optimizer.learning_rate == 0.125


def test_a_schedule_that_gives_no_rate_is_named(data):
    class Negative(schedules.LearningRateSchedule):
        def __call__(self, step):
            return 0.1 - step

    model = lstm_model(optimizers.SGD(Negative()))
    with pytest.raises(ValueError, match=r"learning_rate: Negative at step 1: expected a finite number"):
        model.fit(*data, batch_size=10, verbose=0)


def test_schedules_of_ones_own_are_saved_by_name():
    class Mine(schedules.LearningRateSchedule):
        def __init__(self, rate):
            self.rate = rate

        def __call__(self, step):
            return self.rate

        def get_config(self):
            return {"rate": self.rate}

    written = optimizers.serialize(optimizers.SGD(Mine(0.25)))
    with pytest.raises(ValueError, match="unknown schedule 'Mine'"):
        optimizers.get(written)
    assert optimizers.deserialize(written, {"Mine": Mine}).learning_rate == 0.25
