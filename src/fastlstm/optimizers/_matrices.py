"""Optimizers whose updates need whole parameters: norms, averages of rows and columns, singular values."""

import re
from collections.abc import Iterable
from typing import Any

from .._internal import checks
from .._internal.native import Network
from ._base import LearningRateLike, Optimizer, epsilon_of, fraction, momentum_of, registry

__all__ = ["Adafactor", "Lamb", "Muon"]


@registry.register()
class Lamb(Optimizer):
    """LAMB: Adam's step, made as long as the weight array it changes.

    With the bias-corrected averages m of the gradient and v of its square, ``u = m / (sqrt(v) + epsilon)`` and ``w -=
    lr * norm(w) / norm(u) * u``, with norms of the whole array; where a norm is 0, ``w -= lr * u``.

    Parameters
    ----------
    learning_rate : float, callable or `fastlstm.schedules.LearningRateSchedule`
        The learning rate, at least 0; a function without arguments that returns it; or a schedule of it.
    beta_1, beta_2 : float
        The decay rates of the averages, in [0, 1).
    epsilon : float
        Added to the root of the average square for stability, at least 0.
    **options
        Keyword arguments common to all optimizers, described in `Optimizer`: `weight_decay`, `clipnorm`, `clipvalue`,
        `global_clipnorm`, `use_ema`, `ema_momentum`, `ema_overwrite_frequency`, `loss_scale_factor`,
        `gradient_accumulation_steps`, `name` and `decay`.

    Raises
    ------
    TypeError
        If an argument is unknown or has the wrong type.
    ValueError
        If an argument is out of range, NaN or infinite, or more than one kind of clipping is given.

    References
    ----------
    You et al., "Large batch optimization for deep learning: training BERT in 76 minutes", ICLR 2020.

    Examples
    --------
    >>> Lamb(0.01).beta_2
    0.999
    """

    _rule = "lamb"
    _own = ("beta_1", "beta_2", "epsilon")
    _slots = (("momentum", "velocity"),)

    def __init__(
        self,
        learning_rate: LearningRateLike = 0.001,
        beta_1: float = 0.9,
        beta_2: float = 0.999,
        epsilon: float = 1e-7,
        **options: Any,
    ) -> None:
        super().__init__(learning_rate, **options)
        self.beta_1, self.beta_2 = fraction("beta_1", beta_1), fraction("beta_2", beta_2)
        self.epsilon = epsilon_of(epsilon)


@registry.register()
class Adafactor(Optimizer):
    """Adafactor: of the squares of a matrix's gradients, only the averages of rows and columns are kept.

    At step t, averages keep the share ``1 - t**beta_2_decay`` of their past. From those of rows r and of columns c,
    ``v = r * c / mean(r)``; vectors have an average v of each element. Then ``u = g / sqrt(v)``, which is made shorter
    where its root mean square exceeds `clip_threshold`, and ``w -= max(epsilon_2, rms(w)) * min(lr, 1 / sqrt(t)) * u``.

    Parameters
    ----------
    learning_rate : float, callable or `fastlstm.schedules.LearningRateSchedule`
        The learning rate, at least 0; a function without arguments that returns it; or a schedule of it.
    beta_2_decay : float
        The exponent of the share that averages forget; negative.
    epsilon_1 : float
        Added to squares of gradients, at least 0.
    epsilon_2 : float
        The smallest size that steps are relative to, at least 0.
    clip_threshold : float
        The largest root mean square of a step before it is multiplied by the rate, above 0.
    relative_step : bool
        For Keras compatibility. The rate is at most ``1 / sqrt(t)`` with any value, as in Keras.
    **options
        Keyword arguments common to all optimizers, described in `Optimizer`: `weight_decay`, `clipnorm`, `clipvalue`,
        `global_clipnorm`, `use_ema`, `ema_momentum`, `ema_overwrite_frequency`, `loss_scale_factor`,
        `gradient_accumulation_steps`, `name` and `decay`.

    Raises
    ------
    TypeError
        If an argument is unknown or has the wrong type.
    ValueError
        If an argument is out of range, NaN or infinite, or more than one kind of clipping is given.

    References
    ----------
    Shazeer and Stern, "Adafactor: adaptive learning rates with sublinear memory cost", ICML 2018.

    Examples
    --------
    >>> Adafactor().beta_2_decay
    -0.8
    """

    _rule = "adafactor"
    _own = ("beta_2_decay", "epsilon_1", "epsilon_2", "clip_threshold")
    _slots = (("row", "column", "velocity"),)

    def __init__(
        self,
        learning_rate: LearningRateLike = 0.001,
        beta_2_decay: float = -0.8,
        epsilon_1: float = 1e-30,
        epsilon_2: float = 1e-3,
        clip_threshold: float = 1.0,
        relative_step: bool = True,
        **options: Any,
    ) -> None:
        super().__init__(learning_rate, **options)
        self.beta_2_decay = checks.number("beta_2_decay", beta_2_decay, high=0.0)
        self.epsilon_1 = checks.number("epsilon_1", epsilon_1, 0.0)
        self.epsilon_2 = checks.number("epsilon_2", epsilon_2, 0.0)
        self.clip_threshold = checks.positive("clip_threshold", clip_threshold)
        self.relative_step = checks.flag("relative_step", relative_step)

    def _constructor_arguments(self) -> dict[str, Any]:
        return {**super()._constructor_arguments(), "relative_step": self.relative_step}

    def _slot_shape(self, name: str, network: Network, parameter: int) -> tuple[int, ...] | None:
        """Return the shape in files: averages of rows and columns are arrays of one axis less, of vectors zeros."""
        shape = network.parameters[parameter].shape
        if name == "row":
            return shape[:-1] if len(shape) > 1 else ()
        if name == "column":
            return (*shape[:-2], shape[-1]) if len(shape) > 1 else ()
        return shape


@registry.register()
class Muon(Optimizer):
    """Muon: steps of matrices have singular values that are nearly equal; other arrays are updated by Adam.

    With ``m = momentum * m + g``, the direction is m, or ``g + momentum * m`` with `nesterov`. It is divided by its
    norm, and `ns_steps` Newton-Schulz steps ``X = a * X + (b * A + c * A @ A) @ X``, with ``A = X @ X.T``, bring its
    singular values near 1. Then ``w -= lr * rms_rate * sqrt(larger dimension) * X``.

    Parameters
    ----------
    learning_rate : float, callable or `fastlstm.schedules.LearningRateSchedule`
        The learning rate, at least 0; a function without arguments that returns it; or a schedule of it.
    adam_beta_1, adam_beta_2 : float
        Adam's decay rates, in [0, 1).
    adam_weight_decay : float, optional
        The weight decay of the arrays that Adam updates, at least 0.
    epsilon : float
        Adam's epsilon, at least 0.
    weight_decay : float, optional
        The weight decay of matrices, at least 0.
    exclude_layers : iterable of str, optional
        Regular expressions: weights are updated by Adam if one of them occurs in ``layer name/weight name``.
    exclude_embeddings : bool
        Whether Adam updates embeddings.
    muon_a, muon_b, muon_c : float
        The coefficients a, b and c.
    adam_lr_ratio : float
        Adam's learning rate is this times `learning_rate`.
    momentum : float
        In [0, 1].
    ns_steps : int
        The number of Newton-Schulz steps, at least 0.
    nesterov : bool
        Whether to use Nesterov momentum.
    rms_rate : float, optional
        See above. None for ``w -= lr * X``.
    **options
        Keyword arguments common to all optimizers, described in `Optimizer`: `clipnorm`, `clipvalue`,
        `global_clipnorm`, `use_ema`, `ema_momentum`, `ema_overwrite_frequency`, `loss_scale_factor`,
        `gradient_accumulation_steps`, `name` and `decay`.

    Raises
    ------
    TypeError
        If an argument is unknown or has the wrong type.
    ValueError
        If an argument is out of range, NaN or infinite, or more than one kind of clipping is given.

    References
    ----------
    Jordan et al., "Muon: an optimizer for hidden layers in neural networks", 2024. Liu et al., "Muon is scalable for
    LLM training", arXiv 2502.16982, 2025 (`rms_rate`).

    Examples
    --------
    >>> Muon(0.01, exclude_layers=["output"]).momentum
    0.95
    """

    _rule = "muon"
    _own = (
        "adam_beta_1",
        "adam_beta_2",
        "adam_weight_decay",
        "epsilon",
        "muon_a",
        "muon_b",
        "muon_c",
        "adam_lr_ratio",
        "momentum",
        "ns_steps",
        "nesterov",
        "rms_rate",
    )
    _slots = (("momentum", "velocity"),)

    def __init__(
        self,
        learning_rate: LearningRateLike = 0.001,
        adam_beta_1: float = 0.9,
        adam_beta_2: float = 0.999,
        adam_weight_decay: float | None = 0.004,
        epsilon: float = 1e-7,
        weight_decay: float | None = 0.004,
        *,
        exclude_layers: Iterable[str] | None = None,
        exclude_embeddings: bool = True,
        muon_a: float = 3.4445,
        muon_b: float = -4.7750,
        muon_c: float = 2.0315,
        adam_lr_ratio: float = 1,
        momentum: float = 0.95,
        ns_steps: int = 5,
        nesterov: bool = True,
        rms_rate: float | None = 0.2,
        **options: Any,
    ) -> None:
        super().__init__(learning_rate, weight_decay=weight_decay, **options)
        self.adam_beta_1, self.adam_beta_2 = fraction("adam_beta_1", adam_beta_1), fraction("adam_beta_2", adam_beta_2)
        self.adam_weight_decay = (
            None if adam_weight_decay is None else checks.number("adam_weight_decay", adam_weight_decay, 0.0)
        )
        self.epsilon = epsilon_of(epsilon)
        self.exclude_layers = [exclude_layers] if isinstance(exclude_layers, str) else list(exclude_layers or ())
        for pattern in self.exclude_layers:
            re.compile(pattern)
        self.exclude_embeddings = checks.flag("exclude_embeddings", exclude_embeddings)
        self.muon_a, self.muon_b, self.muon_c = (
            checks.number(name, value) for name, value in (("muon_a", muon_a), ("muon_b", muon_b), ("muon_c", muon_c))
        )
        self.adam_lr_ratio = checks.number("adam_lr_ratio", adam_lr_ratio, 0.0)
        self.momentum = momentum_of(momentum)
        self.ns_steps = checks.integer("ns_steps", ns_steps, 0, 1000)
        self.nesterov = checks.flag("nesterov", nesterov)
        self.rms_rate = None if rms_rate is None else checks.number("rms_rate", rms_rate, 0.0)

    def _constructor_arguments(self) -> dict[str, Any]:
        more = {"exclude_layers": self.exclude_layers, "exclude_embeddings": self.exclude_embeddings}
        return {**super()._constructor_arguments(), **more}

    def _by_elements(self, network: Network) -> list[int]:
        """Return the weights that Adam updates, beside those that are not matrices."""
        found = []
        for i, (path, parameter) in enumerate(zip(self._paths(network), network.parameters, strict=True)):
            excluded = self.exclude_embeddings and "embedding" in path.lower()
            if len(parameter.shape) != 2 or excluded or any(re.search(each, path) for each in self.exclude_layers):
                found.append(i)
        return found

    def _slot_shape(self, name: str, network: Network, parameter: int) -> tuple[int, ...] | None:
        """Return the shape in files, None for what Adam alone needs."""
        if name == "velocity" and parameter not in self._by_elements(network):
            return None
        return network.parameters[parameter].shape
