"""Updates in the core: every rule against the reference, and clipping, decay, averages and accumulation around it."""

import numpy as np
import pytest
from core_networks import NETWORKS, Case, relative
from optimizer_cases import FEATURES, ROWS, SHAPES, UNITS, batches, initial_weights

from fastlstm import reference

KERNEL, BIAS = 2, 3
"""Parameters of `network`. What is not trained comes first there, and last in the flat buffer."""
ORDER = np.arange(ROWS, dtype=np.int64)

ADAFACTOR = {"beta_2_decay": -0.8, "epsilon_1": 1e-30, "epsilon_2": 1e-3, "clip_threshold": 1.0}
MUON = {
    "adam_beta_1": 0.9,
    "adam_beta_2": 0.99,
    "epsilon": 1e-3,
    "muon_a": 3.4445,
    "muon_b": -4.775,
    "muon_c": 2.0315,
    "adam_lr_ratio": 1.0,
    "momentum": 0.95,
    "ns_steps": 5,
    "nesterov": True,
    "rms_rate": 0.1,
}
RULES = [
    ("sgd", {}),
    ("sgd", {"momentum": 0.9}),
    ("sgd", {"momentum": 0.9, "nesterov": True}),
    ("adam", {"beta_1": 0.9, "beta_2": 0.999, "epsilon": 1e-7}),
    ("adam", {"beta_1": 0.8, "beta_2": 0.9, "epsilon": 1e-3, "amsgrad": True}),
    ("nadam", {"beta_1": 0.9, "beta_2": 0.999, "epsilon": 1e-7}),
    ("adamax", {"beta_1": 0.9, "beta_2": 0.99, "epsilon": 1e-7}),
    ("rmsprop", {"rho": 0.9, "epsilon": 1e-7}),
    ("rmsprop", {"rho": 0.8, "epsilon": 1e-5, "momentum": 0.7}),
    ("rmsprop", {"rho": 0.8, "epsilon": 1e-5, "momentum": 0.7, "centered": True}),
    ("adagrad", {"initial_accumulator_value": 0.1, "epsilon": 1e-7}),
    ("adadelta", {"rho": 0.9, "epsilon": 1e-5}),
    ("lion", {"beta_1": 0.9, "beta_2": 0.99}),
    ("ftrl", {"initial_accumulator_value": 0.1, "learning_rate_power": -0.5}),
    (
        "ftrl",
        {
            "initial_accumulator_value": 0.1,
            "learning_rate_power": -0.7,
            "l1_regularization_strength": 0.1,
            "l2_regularization_strength": 0.2,
            "l2_shrinkage_regularization_strength": 0.05,
            "beta": 0.3,
        },
    ),
    ("schedule_free_adamw", {"beta_1": 0.9, "beta_2": 0.99, "epsilon": 1e-3, "warmup_steps": 10}),
    ("lamb", {"beta_1": 0.9, "beta_2": 0.99, "epsilon": 1e-3}),
    ("adafactor", ADAFACTOR),
    ("adafactor", ADAFACTOR | {"epsilon_2": 2.0, "clip_threshold": 0.5, "beta_2_decay": -0.6}),
    ("muon", MUON),
    ("muon", MUON | {"nesterov": False, "rms_rate": 0.2, "ns_steps": 3, "momentum": 0.5, "adam_lr_ratio": 0.5}),
]
AROUND = {
    "clipvalue": {"clipvalue": 0.001},
    "clipnorm": {"clipnorm": 0.1},
    "global_clipnorm": {"global_clipnorm": 0.1},
    "weight_decay": {"weight_decay": 0.2},
    "accumulation": {"gradient_accumulation_steps": 3},
    "averages": {"use_ema": True, "ema_momentum": 0.9},
    "overwriting": {"use_ema": True, "ema_momentum": 0.9, "ema_overwrite_frequency": 4},
    "all": {
        "global_clipnorm": 0.1,
        "weight_decay": 0.2,
        "gradient_accumulation_steps": 3,
        "use_ema": True,
        "ema_momentum": 0.9,
        "ema_overwrite_frequency": 4,
    },
}


def network(weights, name, options, without_decay=()):
    net = NETWORKS[str(weights[0].dtype)](FEATURES, False)
    net.add("normalization", invert=False)
    net.add("dense", units=UNITS, use_bias=True)
    net.set_weight(1, np.ones(FEATURES, weights[0].dtype))
    net.set_weight(KERNEL, weights[0])
    net.set_weight(BIAS, weights[1])
    net.set_loss("mean_absolute_error")
    net.set_optimizer(name, {key: float(value) for key, value in options.items()}, list(without_decay))
    return net


def one_step(net, x, y, rate):
    net.train(x, y, ORDER, batch_size=ROWS, first_step=0, learning_rate=rate, seconds=0.0)


def rates(steps):
    return 0.01 / (1 + np.arange(steps))


@pytest.mark.parametrize(("name", "options"), RULES)
def test_rules_over_fifty_steps(isa, name, options, rng):
    weights, slots = initial_weights(rng, "float64"), [None, None]
    net = network(weights, name, options)
    for rate, (x, y, gradients) in zip(rates(50), batches(rng, 50, "float64"), strict=True):
        for k, gradient in enumerate(gradients):
            step = reference.OPTIMIZERS[name]
            weights[k], slots[k] = step(weights[k], gradient, slots[k], learning_rate=rate, **options)
        one_step(net, x, y, rate)
    assert net.iterations == 50
    assert relative(net.weight(KERNEL), weights[0]) < 1e-12
    assert relative(net.weight(BIAS), weights[1]) < 1e-12
    assert (net.weight(0) == 0).all()
    assert (net.weight(1) == 1).all()


@pytest.mark.parametrize("around", AROUND)
@pytest.mark.parametrize("without_decay", [[], [BIAS]])
def test_what_goes_on_around_a_rule(isa, around, without_decay, rng):
    own, options = {"beta_1": 0.9, "beta_2": 0.99, "epsilon": 1e-3}, AROUND[around]
    weights, slots = initial_weights(rng, "float64"), [None, None]
    net = network(weights, "nadam", own | options, without_decay)
    every = options.get("gradient_accumulation_steps", 1)
    clips = {key: value for key, value in options.items() if "clip" in key}
    sums, averages = [np.zeros(shape) for shape in SHAPES], [np.zeros(shape) for shape in SHAPES]
    for i, (rate, (x, y, gradients)) in enumerate(zip(rates(20), batches(rng, 20, "float64"), strict=True)):
        sums = [total + gradient for total, gradient in zip(sums, gradients, strict=True)]
        if (i + 1) % every == 0:
            means = reference.clip_gradients([total / every for total in sums], **clips)
            for k, mean in enumerate(means):
                if k + KERNEL not in without_decay:
                    weights[k] = weights[k] * (1 - rate * options.get("weight_decay", 0))
                weights[k], slots[k] = reference.nadam_step(weights[k], mean, slots[k], learning_rate=rate, **own)
            sums = [np.zeros(shape) for shape in SHAPES]
        if "use_ema" in options:
            kept = 0.9 if i >= every else 0
            averages = [kept * a + (1 - kept) * w for a, w in zip(averages, weights, strict=True)]
            if (i // every + 1) % options.get("ema_overwrite_frequency", 1000) == 0:
                weights = list(averages)
        one_step(net, x, y, rate)
    for k, parameter in enumerate((KERNEL, BIAS)):
        assert relative(net.weight(parameter), weights[k]) < 1e-12
        if "use_ema" in options:
            assert relative(net.slot("average", parameter), averages[k]) < 1e-12
        if every > 1:
            assert relative(net.slot("gradient_accumulator", parameter), sums[k]) < 1e-12
    assert (net.weight(0) == 0).all()
    assert (net.weight(1) == 1).all()


def test_centred_rmsprop_survives_a_constant_gradient(isa, dtype):
    """The mean square less the squared mean is zero but for rounding, which may make it negative."""
    x, order = np.ones((1, 1), dtype), np.zeros(1, np.int64)
    for target in np.linspace(100, 1000, 40):
        net = NETWORKS[dtype](1, False)
        net.add("dense", units=1, use_bias=False)
        net.set_loss("mean_squared_error")
        net.set_optimizer("rmsprop", {"rho": 0.9, "epsilon": 1e-7, "centered": 1.0})
        y = np.full((1, 1), target, dtype)
        for _ in range(300):
            net.train(x, y, order, batch_size=1, first_step=0, learning_rate=0.0, seconds=0.0)
        assert np.isfinite(net.weight(0)).all()


def test_large_gradients_have_a_norm(isa, rng):
    """Their squares are no floats."""
    net = network([np.zeros(shape, "float32") for shape in SHAPES], "sgd", {"clipnorm": 1.0})
    x, y, gradients = next(batches(rng, 1, "float32"))
    one_step(net, x * np.float32(2.0**100), y, 1.0)
    clipped = gradients[0] / np.linalg.norm(gradients[0].astype(np.float64))
    np.testing.assert_allclose(-net.weight(KERNEL), clipped, rtol=1e-6)


@pytest.mark.parametrize("clip", [{}, {"clipvalue": 1.0}, {"clipnorm": 1.0}, {"global_clipnorm": 1.0}])
@pytest.mark.parametrize(("name", "options"), RULES)
def test_nan_goes_through(isa, name, options, clip, dtype, rng):
    net = network(initial_weights(rng, dtype), name, options | clip)
    x, y, _ = next(batches(rng, 1, dtype))
    x[1, 7] = np.nan
    one_step(net, x, y, 0.01)
    assert np.isnan(net.weight(KERNEL)[7]).all()  # and all, where an update needs the whole


SLOTS = {
    "sgd": (["momentum"], {"momentum": 0.9}),
    "adam": (["momentum", "velocity", "velocity_hat"], {"beta_1": 0.9, "beta_2": 0.9, "amsgrad": 1.0}),
    "nadam": (["momentum", "velocity"], {"beta_1": 0.9, "beta_2": 0.9}),
    "adamax": (["momentum", "norm"], {"beta_1": 0.9, "beta_2": 0.9}),
    "rmsprop": (["velocity", "momentum", "average_gradient"], {"rho": 0.9, "momentum": 0.9, "centered": 1.0}),
    "adagrad": (["accumulator"], {"initial_accumulator_value": 0.5}),
    "adadelta": (["accumulated_grad", "accumulated_delta_var"], {"rho": 0.9}),
    "lion": (["momentum"], {"beta_1": 0.9, "beta_2": 0.9}),
    "ftrl": (["accumulator", "linear"], {"initial_accumulator_value": 0.5, "learning_rate_power": -0.5}),
    "schedule_free_adamw": (["momentum", "velocity"], {"beta_1": 0.9, "beta_2": 0.9}),
    "lamb": (["momentum", "velocity"], {"beta_1": 0.9, "beta_2": 0.9}),
    "adafactor": (["row", "column", "velocity"], ADAFACTOR),
    "muon": (["momentum", "velocity"], MUON),
}


@pytest.mark.parametrize("rule", SLOTS)
def test_what_is_kept_of_a_run_continues_it_elsewhere(isa, dtype, rule, rng):
    names, options = SLOTS[rule]
    options = options | {"epsilon": 1e-3} | AROUND["all"]
    first = network(initial_weights(rng, dtype), rule, options)
    assert first.slots == ["average", "gradient_accumulator", *names]
    start = first.weight(KERNEL) if rule == "schedule_free_adamw" else options.get("initial_accumulator_value", 0)
    assert (first.slot(names[0], KERNEL) == start).all()
    data = list(batches(rng, 20, dtype))
    for x, y, _ in data[:10]:
        one_step(first, x, y, 0.01)
    second = network([first.weight(KERNEL), first.weight(BIAS)], rule, options)
    for parameter in (KERNEL, BIAS):
        for name in first.slots:
            second.set_slot(name, parameter, first.slot(name, parameter))
            np.testing.assert_array_equal(second.slot(name, parameter), first.slot(name, parameter))
    second.iterations = first.iterations
    for x, y, _ in data[10:]:
        one_step(first, x, y, 0.01)
        one_step(second, x, y, 0.01)
    for parameter in (KERNEL, BIAS):
        np.testing.assert_array_equal(second.weight(parameter), first.weight(parameter))


def test_slots_that_there_are_not_are_refused(rng):
    net = network(initial_weights(rng, "float32"), "adam", {"beta_1": 0.9, "beta_2": 0.9})
    with pytest.raises(ValueError, match="slot: expected one of momentum, velocity, got 'norm'"):
        net.slot("norm", KERNEL)
    with pytest.raises(ValueError, match="parameter: expected one that is trained, got 0"):
        net.slot("momentum", 0)
    with pytest.raises(ValueError, match=r"value: expected shape \(64\), got \(64, 1\)|value: expected shape"):
        net.set_slot("momentum", BIAS, np.zeros((64, 1), "f4"))
    with pytest.raises(IndexError):
        net.slot("momentum", 9)
    with pytest.raises(ValueError, match="got 'average'"):
        net.swap_averages()


def test_averages_change_places_with_weights(dtype, rng):
    net = network(initial_weights(rng, dtype), "sgd", {"use_ema": 1.0, "ema_momentum": 0.5})
    before = net.weight(KERNEL).copy()
    net.swap_averages()
    net.take_averages()
    np.testing.assert_array_equal(net.weight(KERNEL), before)
    data = list(batches(rng, 3, dtype))
    for x, y, _ in data:
        one_step(net, x, y, 0.1)
    x = data[0][0]
    weights, averages = net.weight(KERNEL).copy(), net.slot("average", KERNEL)
    output = net.predict(x)
    net.swap_averages()
    np.testing.assert_array_equal(net.weight(KERNEL), averages)
    np.testing.assert_array_equal(net.slot("average", KERNEL), weights)
    assert (net.predict(x) != output).any()
    net.swap_averages()
    np.testing.assert_array_equal(net.predict(x), output)
    net.take_averages()
    np.testing.assert_array_equal(net.weight(KERNEL), averages)


def test_rates_of_several_steps(isa, dtype, rng):
    case = Case(1, (17,), 1, dtype).random_weights(rng)
    x, y = case.sample(rng, 40, 6)
    order = rng.permutation(40).astype(np.int64)
    all_rates = 0.1 / (1 + np.arange(10))
    one, many = case.network(), case.network()
    steps = dict(batch_size=4, first_step=0)
    for net in (one, many):
        net.set_optimizer("sgd", {"momentum": 0.9})
    for step, rate in enumerate(all_rates):
        one.train(x, y, order, **{**steps, "first_step": step}, learning_rate=rate, seconds=0.0)
    assert many.train(x, y, order, **steps, learning_rate=all_rates[:7], seconds=1e9)[0] == 7
    steps["first_step"] = 7
    assert many.train(x, y, order, **steps, learning_rate=all_rates[7:], seconds=1e9)[0] == 10
    for i in range(len(one.parameters)):
        np.testing.assert_array_equal(one.weight(i), many.weight(i))
    with pytest.raises(ValueError, match="learning_rate: expected at least one"):
        many.train(x, y, order, **steps, learning_rate=all_rates[:0], seconds=0.0)
    with pytest.raises(TypeError, match="learning_rate: expected an aligned, C-contiguous array of float64"):
        many.train(x, y, order, **steps, learning_rate=all_rates.astype("f4"), seconds=0.0)
    with pytest.raises(TypeError, match="learning_rate"):
        many.train(x, y, order, **steps, learning_rate="fast", seconds=0.0)


@pytest.mark.parametrize(("name", "options"), [rule for rule in RULES if rule[0] in ("lamb", "adafactor", "muon")])
def test_updates_of_whole_parameters_on_several_threads(isa, dtype, name, options, threads, rng):
    """Wide and tall matrices of several chunks, with clipping, decay, averages and accumulation around."""
    results = []
    case = Case(3, (70,), 5, dtype).random_weights(rng)
    x, y = case.sample(rng, 64, 6)
    order = np.arange(64, dtype=np.int64)
    for count in (1, 4, 3):
        threads(count)
        net = case.network()
        net.set_optimizer(name, {key: float(value) for key, value in (options | AROUND["all"]).items()})
        for _ in range(6):
            net.train(x, y, order, batch_size=64, first_step=0, learning_rate=0.01, seconds=0.0)
        segments = range(len(net.parameters))
        results.append([net.weight(i).copy() for i in segments])
        results[-1] += [net.slot(slot, i) for slot in net.slots for i in segments]
    assert all(np.isfinite(array).all() for array in results[0])
    for arrays in results[1:]:
        for found, expected in zip(arrays, results[0], strict=True):
            np.testing.assert_array_equal(found, expected)


def test_matrices_that_muon_leaves_to_adam(isa, rng):
    weights = initial_weights(rng, "float64")
    adam = {"beta_1": 0.9, "beta_2": 0.99, "epsilon": 1e-3, "weight_decay": 0.1}
    one, other = network(weights, "muon", MUON), network(weights, "adam", adam, [BIAS])
    options = MUON | {"adam_weight_decay": 0.1, "weight_decay": 0.7}
    one.set_optimizer("muon", {key: float(value) for key, value in options.items()}, [BIAS], [KERNEL])
    for x, y, _ in batches(rng, 5, "float64"):
        one_step(one, x, y, 0.01)
        one_step(other, x, y, 0.01)
    for parameter in (KERNEL, BIAS):
        np.testing.assert_array_equal(one.weight(parameter), other.weight(parameter))


@pytest.mark.parametrize("clip", ["clipnorm", "global_clipnorm"])
def test_one_thread_and_four_train_to_the_same_bits(isa, dtype, clip, threads, rng):
    case = Case(3, (33, 17), 2, dtype).random_weights(rng)
    x, y = case.sample(rng, 4 * 64 + 37, 12)
    order = np.arange(len(x), dtype=np.int64)[::-1].copy()
    around = {**AROUND["all"], clip: 0.01, "gradient_accumulation_steps": 2}
    around.pop({"clipnorm": "global_clipnorm"}.get(clip), None)
    results = []
    for count in (1, 4, 3):
        threads(count)
        net = case.network()
        net.set_regularizer(0, 0.01, 0.01)
        net.set_constraint(1, "max_norm", (0,), 0.0, 0.5, 1.0)
        net.set_optimizer("adam", {"beta_1": 0.9, "beta_2": 0.99, "epsilon": 1e-3} | around)
        for _ in range(2):
            done = 0
            while done < 5:
                done, _ = net.train(x, y, order, batch_size=64, first_step=done, learning_rate=0.01, seconds=0.0)
        segments = range(len(net.parameters))
        results.append([net.weight(i).copy() for i in segments])
        results[-1] += [net.slot(name, i) for name in net.slots for i in segments]
    for arrays in results[1:]:
        for found, expected in zip(arrays, results[0], strict=True):
            np.testing.assert_array_equal(found, expected)
