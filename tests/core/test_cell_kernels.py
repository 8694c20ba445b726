"""Every cell of the core with every option: against the reference and finite differences, on every instruction set."""

from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pytest
from core_networks import NETWORKS, ODD, Case, gradients_of, relative

from fastlstm import _core, reference

CELLS = _core.cells()
BOUND = {"float32": 4e-6, "float64": 1e-13}
GRADIENT_BOUND = {"float32": 2e-5, "float64": 1e-12}


def test_core_and_reference_have_the_same_cells():
    assert set(CELLS) == set(reference.CELLS)


def of_the_cell(cell, options):
    """Return the options without those that the cell cannot have."""
    absent = set()
    if len(reference.CELLS[cell].states) == 1:
        absent.add("zoneout_cell")
    if "recurrent_kernel" not in reference.CELLS[cell].weights:
        absent.add("recurrent_dropout")
    return {name: value for name, value in options.items() if name not in absent}


@dataclass
class Layer:
    """One recurrent layer with random weights, initial states and gradients of what it gives out."""

    cell: str
    rng: np.random.Generator
    units: int = 5
    features: int = 3
    rows: int = 4
    steps: int = 5
    dtype: str = "float64"
    options: dict[str, Any] = field(default_factory=dict)
    mask: Any = None
    rng_step: int | None = None
    state: bool = True
    scale: float = 0.5

    def __post_init__(self):
        gates = {"activation": "linear"} if self.cell.startswith("min_") else {}
        self.net = NETWORKS[self.dtype](self.features, True, True)
        own = {**gates, **of_the_cell(self.cell, self.options)}
        self.net.add("recurrent", cell=self.cell, units=self.units, **{"return_sequences": True, **own})
        self.names = [parameter.name for parameter in self.net.parameters]
        self.weights = [self._random(parameter.shape, self.scale) for parameter in self.net.parameters]
        for i, weight in enumerate(self.weights):
            self.net.set_weight(i, weight)
        self.x = self._random((self.rows, self.steps, self.features))
        self.initial = self._random((self.rows, self.net.state_size)) if self.state else None
        self.kept = self.net.forward(self.x, state=self.initial, mask=self.mask, rng_step=self.rng_step)
        self.d_output = self._random(self.kept.output.shape)
        self.d_state = self._random(self.kept.state.shape)
        self.dx, self.d_initial = self.net.backward(self.kept, self.d_output, self.d_state)
        self.gradients = gradients_of(self.net)

    def _random(self, shape, scale=1.0):
        return (scale * self.rng.normal(size=shape)).astype(self.dtype)

    def value(self, x, state):
        """Return the number whose gradients `backward` gives."""
        output, final = self.net.run(x, state=state, mask=self.mask, rng_step=self.rng_step)
        return float((output * self.d_output).sum() + (final * self.d_state).sum())

    def errors(self, step=1e-6):
        """Return the error of each gradient against central differences, relative to the largest."""

        def of_weight(i):
            def value(weight):
                self.net.set_weight(i, weight)
                result = self.value(self.x, self.initial)
                self.net.set_weight(i, self.weights[i])
                return result

            return value

        pairs = [(self.x, self.dx, lambda x: self.value(x, self.initial))]
        if self.state:
            pairs.append((self.initial, self.d_initial, lambda state: self.value(self.x, state)))
        pairs += [(w, g, of_weight(i)) for i, (w, g) in enumerate(zip(self.weights, self.gradients, strict=True))]
        largest = max(np.abs(gradient).max(initial=0) for _, gradient, _ in pairs)
        found = {}
        for name, (array, gradient, value) in zip(["x", "state"][: 1 + self.state] + self.names, pairs, strict=True):
            numeric = np.zeros(array.size)
            for place in range(array.size):
                moved = array.copy(), array.copy()
                moved[0].flat[place] += step
                moved[1].flat[place] -= step
                numeric[place] = (value(moved[0]) - value(moved[1])) / (2 * step)
            found[name] = np.abs(numeric - gradient.ravel()).max(initial=0) / (largest or 1)
        return found


GAPS = np.array([[1, 1, 1, 0, 0], [0, 0, 1, 1, 1], [0, 0, 0, 0, 0], [1, 0, 1, 0, 1]], bool)
OPTIONS = {
    "plain": {},
    "without initial state": {"state": False},
    "last output": {"options": {"return_sequences": False}},
    "without bias": {"options": {"use_bias": False}},
    "backwards": {"options": {"go_backwards": True}},
    "mask": {"mask": GAPS},
    "mask, last output": {"mask": GAPS, "options": {"return_sequences": False}},
    "mask, zero output": {"mask": GAPS, "options": {"zero_output_for_mask": True}},
    "mask, backwards": {"mask": GAPS, "options": {"go_backwards": True}},
    "dropout": {"rng_step": 3, "options": {"dropout": 0.4}},
    "recurrent dropout": {"rng_step": 3, "options": {"recurrent_dropout": 0.4}},
    "zoneout": {"rng_step": 3, "options": {"zoneout": 0.3, "zoneout_cell": 0.2}},
    "zoneout at inference": {"options": {"zoneout": 0.3, "zoneout_cell": 0.2}},
    "clip": {"options": {"clip": 0.5}},
    "all at once": {
        "mask": GAPS,
        "rng_step": 5,
        "options": {
            "go_backwards": True,
            "dropout": 0.2,
            "recurrent_dropout": 0.4,
            "zoneout": 0.3,
            "zoneout_cell": 0.2,
            "clip": 0.6,
        },
    },
}


@pytest.mark.parametrize("options", OPTIONS)
@pytest.mark.parametrize("cell", CELLS)
def test_bptt_matches_finite_differences(isa, cell, options, rng):
    assert max(Layer(cell, rng, **OPTIONS[options]).errors().values()) < 1e-6


@pytest.mark.parametrize(
    ("units", "features", "rows", "steps"), [(1, 1, 9, 2), (17, 3, 1, 3), (3, 17, 2, 1), (33, 1, 3, 2)]
)
@pytest.mark.parametrize("cell", CELLS)
def test_bptt_of_odd_sizes(isa, cell, units, features, rows, steps, rng):
    layer = Layer(cell, rng, units, features, rows, steps)
    assert max(layer.errors().values()) < 1e-6


@pytest.mark.parametrize("steps", [0, 1])
@pytest.mark.parametrize("return_sequences", [False, True])
@pytest.mark.parametrize("cell", CELLS)
def test_no_steps_or_one(isa, cell, return_sequences, steps, rng):
    layer = Layer(cell, rng, steps=steps, options={"return_sequences": return_sequences})
    assert max(layer.errors().values()) < 1e-6
    if steps == 0:
        np.testing.assert_array_equal(layer.kept.state, layer.initial)
        if not return_sequences:
            np.testing.assert_array_equal(layer.kept.output, layer.initial[:, : layer.units])


@pytest.mark.parametrize("slot", ["activation", "recurrent_activation"])
@pytest.mark.parametrize("activation", sorted(_core.elementwise_activations()))
def test_every_activation_in_both_slots(isa, activation, slot, rng):
    for cell in ("simple_rnn", "lstm", "coupled_peephole_lstm", "gru", "gru_reset_before"):
        for clip in (None, 0.8):
            options = {slot: activation, "clip": clip}
            layer = Layer(cell, rng, rows=2, steps=3, options=options, state=False, scale=0.3)
            # A difference across a kink or a jump is no derivative: none is within a step of these numbers.
            assert max(layer.errors().values()) < 1e-6


def reference_layer(layer, options):
    """Return the outputs, final states and gradients of the reference, in the order of the core's."""
    cell = reference.CELLS[layer.cell]
    wide = [np.asarray(weight, np.float64) for weight in layer.weights]
    count = len(cell.states)
    split = lambda state: tuple(np.split(np.asarray(state, np.float64), count, axis=1))  # noqa: E731
    outputs, states, saved = cell.forward(
        np.asarray(layer.x, np.float64),
        **dict(zip(layer.names, wide, strict=True)),
        initial_state=split(layer.initial),
        mask=layer.mask,
        **options,
    )
    back = cell.backward(saved, np.asarray(layer.d_output, np.float64), split(layer.d_state))
    initial = np.concatenate([getattr(back, f"initial_{name}") for name in cell.states], axis=1)
    return outputs, np.concatenate(states, axis=1), [back.x, initial, *(getattr(back, name) for name in layer.names)]


@pytest.mark.parametrize("units", ODD)
@pytest.mark.parametrize("features", ODD)
@pytest.mark.parametrize("cell", CELLS)
def test_outputs_states_and_gradients_match_the_reference(isa, dtype, cell, units, features, rng):
    for rows, steps, options in [(1, 4, {}), (2, 3, {"go_backwards": True}), (7, 5, {"clip": 0.7}), (20, 2, {})]:
        mask = rng.random((rows, steps)) < 0.7 if rows > 1 else None
        layer = Layer(cell, rng, units, features, rows, steps, dtype, options, mask)
        outputs, states, gradients = reference_layer(layer, options)
        assert np.abs(layer.kept.output - outputs).max() < BOUND[dtype] * max(1, np.abs(outputs).max())
        assert np.abs(layer.kept.state - states).max() < BOUND[dtype] * max(1, np.abs(states).max())
        largest = max(np.abs(gradient).max() for gradient in gradients)
        for found, expected in zip([layer.dx, layer.d_initial, *layer.gradients], gradients, strict=True):
            assert np.abs(found - expected).max() <= GRADIENT_BOUND[dtype] * largest


@pytest.mark.parametrize("return_sequences", [False, True])
@pytest.mark.parametrize("cell", CELLS)
def test_training_gradients_of_stacks_match_the_reference(isa, dtype, cell, return_sequences, rng):
    case = Case(3, (17, 5, 33), 2, dtype, return_sequences=return_sequences, cell=cell).random_weights(rng)
    x, y = case.sample(rng, 37, 4)  # two groups of rows
    net = case.network()
    out, loss, gradients = case.reference(x, y)
    assert np.abs(net.predict(x) - out).max() < BOUND[dtype]
    assert net.loss_and_gradients(x, y) == pytest.approx(loss, rel=1e-5 if dtype == "float32" else 1e-12)
    for found, expected in zip(gradients_of(net), gradients, strict=True):
        assert relative(found, expected) < GRADIENT_BOUND[dtype]


@pytest.mark.parametrize("cell", CELLS)
def test_infinite_numbers_beyond_the_last_unit_stay_there(isa, cell, rng):
    # exp(c) in the unused lanes overflows after a hundred steps.
    if not cell.startswith("min_"):
        layer = Layer(cell, rng, units=3, steps=0, options={"activation": "exponential"})
        net = layer.net
        for i, weight in enumerate(layer.weights):
            net.set_weight(i, np.full_like(weight, -1))
        kept = net.forward(rng.random((2, 900, 3)))
        dx, _ = net.backward(kept, np.ones_like(kept.output))
        assert np.isfinite(dx).all()


@pytest.mark.parametrize("cell", CELLS)
def test_a_pass_serves_one_backward(cell, rng):
    layer = Layer(cell, rng)
    with pytest.raises(ValueError, match="not used before"):
        layer.net.backward(layer.kept, layer.d_output)
    kept = layer.net.forward(layer.x)
    layer.net.set_weight(0, layer.weights[0])
    with pytest.raises(ValueError, match="weights have changed"):
        layer.net.backward(kept, layer.d_output)


@pytest.mark.parametrize(("rows", "steps"), [(1, 100), (2, 40), (50, 40), (7, 16), (3, 17)])
@pytest.mark.parametrize("cell", CELLS)
def test_long_sequences_of_few_rows_and_of_many(isa, cell, rows, steps, rng):
    layer = Layer(cell, rng, 17, 3, rows, steps, mask=rng.random((rows, steps)) < 0.8)
    outputs, states, _ = reference_layer(layer, {})
    assert relative(layer.kept.output, outputs) < 1e-11
    assert relative(layer.kept.state, states) < 1e-11
    output, final = layer.net.run(layer.x, state=layer.initial, mask=layer.mask)
    np.testing.assert_array_equal(output, layer.kept.output)
    np.testing.assert_array_equal(final, layer.kept.state)
    alone, _ = layer.net.run(layer.x[:1], state=layer.initial[:1], mask=layer.mask[:1])
    np.testing.assert_array_equal(alone, output[:1])


@pytest.mark.parametrize("return_sequences", [False, True])
@pytest.mark.parametrize("cell", CELLS)
def test_no_rows_give_nothing(isa, dtype, cell, return_sequences, rng):
    case = Case(3, (17, 5), 2, dtype, return_sequences=return_sequences, cell=cell).random_weights(rng)
    x, _ = case.sample(rng, 0, 4)
    assert case.network().predict(x).shape == ((0, 4, 2) if return_sequences else (0, 2))


@pytest.mark.parametrize("cell", CELLS)
def test_nan_and_inf_stay_in_their_row(isa, dtype, cell, rng):
    case = Case(2, (17,), 2, dtype, cell=cell).random_weights(rng)
    x, _ = case.sample(rng, 9, 5)
    clean = case.network().predict(x)
    x[3, 2, 1] = np.nan
    x[5, 0, 0] = np.inf
    out = case.network().predict(x)
    assert np.isnan(out[3]).all()
    with np.errstate(over="ignore", invalid="ignore"):
        np.testing.assert_allclose(out[5], case.reference(x)[5], atol=BOUND[dtype])
    others = [0, 1, 2, 4, 6, 7, 8]
    np.testing.assert_array_equal(out[others], clean[others])


@pytest.mark.parametrize("cell", CELLS)
def test_the_callers_denormals_are_left_alone(isa, cell, rng):
    case = Case(1, (3,), 1, "float32", cell=cell).random_weights(rng)
    case.network().predict(case.sample(rng, 2, 3)[0])
    assert np.float32(1e-40) * np.float32(0.5) != 0
