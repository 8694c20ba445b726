"""One step of each cell in operations of Keras, with clipped gates and zoneout. docs/cells has the equations."""

from collections.abc import Callable
from typing import Any

import keras
from keras import ops


class _ExtendedCell:
    """Zoneout and clipping, which all cells have and Keras lacks.

    In training, the random numbers of zoneout, one for each state and unit, follow the features in the input of each
    step, because not every backend can generate random numbers inside a loop over steps.
    """

    units: int
    use_bias: bool
    bias: Any
    add_weight: Callable[..., Any]
    get_dropout_mask: Callable[[Any], Any]
    get_recurrent_dropout_mask: Callable[[Any], Any]

    def _set(self, zoneout: float, clip: float | None) -> None:
        self.zoneout, self.clip = zoneout, clip
        self.implementation, self.dropout_mask_count = 2, None  # one mask, shared by the gates

    @property
    def zoneouts(self) -> list[float]:
        """The zoneout probability of each state."""
        return [self.zoneout]

    @property
    def noise_size(self) -> int:
        """Number of random numbers that a training step takes."""
        return len(self.zoneouts) * self.units if any(self.zoneouts) else 0

    def get_config(self) -> dict[str, Any]:
        """Return the constructor's arguments."""
        config: dict[str, Any] = super().get_config()  # type: ignore[misc]
        return {**config, "zoneout": self.zoneout, "clip": self.clip}

    def _add_kernels(self, input_shape: Any, gates: int, bias_shape: Any = None, recurrent: bool = True) -> None:
        """Add the weights for a number of gates."""
        width = gates * self.units
        specs: list[tuple[str, str, tuple[int, ...]]] = [("kernel", "kernel", (input_shape[-1], width))]
        if recurrent:
            specs.append(("recurrent_kernel", "recurrent", (self.units, width)))
        if self.use_bias:
            specs.append(("bias", "bias", bias_shape or (width,)))
        self.bias = None
        for name, prefix, shape in specs:
            weight = self.add_weight(
                shape=shape,
                name=name,
                initializer=getattr(self, f"{prefix}_initializer"),
                regularizer=getattr(self, f"{prefix}_regularizer"),
                constraint=getattr(self, f"{prefix}_constraint"),
            )
            setattr(self, name, weight)

    def _dropped(self, inputs: Any, h: Any, training: bool) -> tuple[Any, Any, Any]:
        """Return x and h after dropout, as inputs of the products, and the random numbers of a step."""
        noise = None
        if training and self.noise_size:
            inputs, noise = inputs[:, : -self.noise_size], inputs[:, -self.noise_size :]
        masks = self.get_dropout_mask(inputs), self.get_recurrent_dropout_mask(h)
        if training:
            inputs, h = (
                value if mask is None else value * mask for value, mask in zip((inputs, h), masks, strict=True)
            )
        return inputs, h, noise

    def _product(self, inputs: Any, kernel: Any, bias: Any) -> Any:
        found = ops.matmul(inputs, kernel)
        return found if bias is None else ops.add(found, bias)

    def _clipped(self, z: Any) -> Any:
        return z if self.clip is None else ops.clip(z, -self.clip, self.clip)

    def _zoned(self, new: Any, old: Any, noise: Any, state: int = 0) -> Any:
        """Apply zoneout: keep units of the previous state in training, mix both states at inference."""
        rate = self.zoneouts[state]
        if not rate:
            return new
        if noise is None:
            return rate * old + (1 - rate) * new
        uniform = noise[:, state * self.units : (state + 1) * self.units]
        return ops.where(uniform < rate, old, new)


class SimpleRNNCell(_ExtendedCell, keras.layers.SimpleRNNCell):
    """`fastlstm.layers.SimpleRNN`, one step."""

    def __init__(self, units: int, *, zoneout: float = 0.0, clip: float | None = None, **options: Any) -> None:
        super().__init__(units, **options)
        self._set(zoneout, clip)

    def call(self, inputs: Any, states: Any, training: bool = False) -> tuple[Any, list[Any]]:
        h = states[0]
        x, dropped_h, noise = self._dropped(inputs, h, training)
        z = self._product(x, self.kernel, self.bias) + ops.matmul(dropped_h, self.recurrent_kernel)
        h = self._zoned(self.activation(self._clipped(z)), h, noise)
        return h, [h]


class LSTMCell(_ExtendedCell, keras.layers.LSTMCell):
    """`fastlstm.layers.LSTM`, one step."""

    def __init__(
        self,
        units: int,
        *,
        peephole: bool = False,
        coupled: bool = False,
        peephole_initializer: Any = "zeros",
        zoneout: float = 0.0,
        zoneout_cell: float = 0.0,
        clip: float | None = None,
        **options: Any,
    ) -> None:
        super().__init__(units, **options)
        self._set(zoneout, clip)
        self.peephole, self.coupled, self.zoneout_cell = peephole, coupled, zoneout_cell
        self.peephole_initializer = keras.initializers.get(peephole_initializer)

    @property
    def zoneouts(self) -> list[float]:
        return [self.zoneout, self.zoneout_cell]

    def build(self, input_shape: Any) -> None:
        if self.coupled:
            self._add_kernels(input_shape, 3)
        else:
            super().build(input_shape)
        if self.peephole:
            shape = (2 if self.coupled else 3, self.units)
            self.peephole_weights = self.add_weight(shape=shape, name="peephole", initializer=self.peephole_initializer)

    def call(self, inputs: Any, states: Any, training: bool = False) -> tuple[Any, list[Any]]:
        h, c = states[0], states[1]
        x, dropped_h, noise = self._dropped(inputs, h, training)
        z = self._product(x, self.kernel, self.bias) + ops.matmul(dropped_h, self.recurrent_kernel)
        peephole = self.peephole_weights if self.peephole else None
        if self.coupled:
            i, g, o = ops.split(z, 3, axis=1)
        else:
            i, f, g, o = ops.split(z, 4, axis=1)
        i = self._gate(i, peephole, 0, c)
        f = 1 - i if self.coupled else self._gate(f, peephole, 1, c)
        new = f * c + i * self.activation(self._clipped(g))
        o = self._gate(o, peephole, -1, new)
        h, c = self._zoned(o * self.activation(new), h, noise), self._zoned(new, c, noise, 1)
        return h, [h, c]

    def _gate(self, z: Any, peephole: Any, row: int, c: Any) -> Any:
        return self.recurrent_activation(self._clipped(z if peephole is None else z + peephole[row] * c))

    def get_config(self) -> dict[str, Any]:
        return {
            **super().get_config(),
            "peephole": self.peephole,
            "coupled": self.coupled,
            "peephole_initializer": keras.initializers.serialize(self.peephole_initializer),
            "zoneout_cell": self.zoneout_cell,
        }


class GRUCell(_ExtendedCell, keras.layers.GRUCell):
    """`fastlstm.layers.GRU`, one step."""

    def __init__(self, units: int, *, zoneout: float = 0.0, clip: float | None = None, **options: Any) -> None:
        super().__init__(units, **options)
        self._set(zoneout, clip)

    def call(self, inputs: Any, states: Any, training: bool = False) -> tuple[Any, list[Any]]:
        h = states[0]
        x, dropped_h, noise = self._dropped(inputs, h, training)
        both = self.reset_after and self.use_bias
        x_z, x_r, x_g = ops.split(self._product(x, self.kernel, self.bias[0] if both else self.bias), 3, axis=-1)
        if self.reset_after:
            u_z, u_r, u_g = ops.split(
                self._product(dropped_h, self.recurrent_kernel, self.bias[1] if both else None), 3, axis=-1
            )
        else:
            u_z, u_r = ops.split(ops.matmul(dropped_h, self.recurrent_kernel[:, : 2 * self.units]), 2, axis=-1)
        z = self.recurrent_activation(self._clipped(x_z + u_z))
        r = self.recurrent_activation(self._clipped(x_r + u_r))
        of_candidate = self.recurrent_kernel[:, 2 * self.units :]
        u_g = r * u_g if self.reset_after else ops.matmul(r * dropped_h, of_candidate)
        new = z * h + (1 - z) * self.activation(self._clipped(x_g + u_g))
        h = self._zoned(new, h, noise)
        return h, [h]


class _GatesOfInput(_ExtendedCell, keras.layers.SimpleRNNCell):
    """A cell whose gates depend on the input only."""

    gates: int

    def __init__(self, units: int, *, zoneout: float = 0.0, clip: float | None = None, **options: Any) -> None:
        super().__init__(units, activation=None, **options)
        self._set(zoneout, clip)

    def build(self, input_shape: Any) -> None:
        self._add_kernels(input_shape, self.gates, recurrent=False)

    def call(self, inputs: Any, states: Any, training: bool = False) -> tuple[Any, list[Any]]:
        h = states[0]
        x, _, noise = self._dropped(inputs, h, training)
        z = self._clipped(self._product(x, self.kernel, self.bias))
        h = self._zoned(self._mixed(ops.split(z, self.gates, axis=-1), h), h, noise)
        return h, [h]

    def _mixed(self, z: Any, h: Any) -> Any:
        """Return the new state."""
        raise NotImplementedError

    def get_config(self) -> dict[str, Any]:
        others = ("activation", "recurrent_initializer", "recurrent_regularizer", "recurrent_constraint")
        config = super().get_config()
        return {name: value for name, value in config.items() if name not in (*others, "recurrent_dropout")}


class MinGRUCell(_GatesOfInput):
    """`fastlstm.layers.MinGRU`, one step."""

    gates = 2

    def _mixed(self, z: Any, h: Any) -> Any:
        share = ops.sigmoid(z[0])
        return (1 - share) * h + share * z[1]


class MinLSTMCell(_GatesOfInput):
    """`fastlstm.layers.MinLSTM`, one step."""

    gates = 3

    def _mixed(self, z: Any, h: Any) -> Any:
        share = ops.sigmoid(
            ops.log_sigmoid(z[0]) - ops.log_sigmoid(z[1])
        )  # f / (f + i), accurate even if both are tiny
        return share * h + (1 - share) * z[2]
