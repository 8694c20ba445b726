"""Optimizers: hyperparameters and their names. The core has the arithmetic and the slots."""

import weakref
from collections.abc import Callable
from typing import Any, cast

from . import _checks
from ._engine import Network
from ._names import lookup

__all__ = ["SGD", "Adam", "Optimizer", "RMSprop", "get"]


class Optimizer:
    """Base class of the optimizers that the core knows.

    An optimizer belongs to the model that is compiled with it; compiling again starts it afresh.
    """

    def __init__(self, learning_rate: float, hyperparameters: dict[str, float | bool]) -> None:
        self.learning_rate = learning_rate
        self._hyperparameters = hyperparameters
        self._model: weakref.ref[object] | None = None
        self._network: Network | None = None

    @property
    def name(self) -> str:
        """The short name: 'sgd', 'adam', 'rmsprop'."""
        return type(self).__name__.lower()

    @property
    def learning_rate(self) -> float:
        """The learning rate; assigning one takes effect from the next step."""
        return self._learning_rate

    @learning_rate.setter
    def learning_rate(self, value: float) -> None:
        self._learning_rate = _checks.number("learning_rate", value, 0.0)

    @property
    def iterations(self) -> int:
        """How many steps this optimizer has made."""
        return 0 if self._network is None else self._network.iterations

    def get_config(self) -> dict[str, Any]:
        """Return the name and the constructor's arguments, with the learning rate of now."""
        return {"name": self.name, "learning_rate": self.learning_rate, **self._hyperparameters}

    def claim(self, model: object) -> None:
        """Make `model` the owner; another model's optimizer raises ValueError."""
        owner = None if self._model is None else self._model()
        if owner is not None and owner is not model:
            raise ValueError(f"optimizer: this {type(self).__name__} belongs to another model; make a new one")
        self._model = weakref.ref(model)
        self._network = None

    def release(self) -> None:
        """Let go of the model, and of the steps made with it."""
        self._model = self._network = None

    def start(self, network: Network) -> None:
        """Give the network this optimizer with empty slots."""
        network.set_optimizer(self.name, {name: float(value) for name, value in self._hyperparameters.items()})
        self._network = network


def _fraction(name: str, value: float) -> float:
    return _checks.number(name, value, 0.0, 1.0, below_high=True)


def _momentum(value: float) -> float:
    return _checks.number("momentum", value, 0.0, 1.0)


class SGD(Optimizer):
    """Gradient descent, with momentum if wanted.

    ``w -= lr * g``; with momentum ``m = momentum * m - lr * g; w += m``; with nesterov ``w += momentum * m - lr * g``.

    Parameters
    ----------
    learning_rate : float
        At least 0.
    momentum : float
        From 0 to 1.
    nesterov : bool
        Whether to look ahead.

    References
    ----------
    Sutskever et al., "On the importance of initialization and momentum in deep learning", ICML 2013.

    Examples
    --------
    >>> SGD(momentum=0.9).get_config()
    {'name': 'sgd', 'learning_rate': 0.01, 'momentum': 0.9, 'nesterov': False}
    """

    def __init__(self, learning_rate: float = 0.01, momentum: float = 0.0, nesterov: bool = False) -> None:
        super().__init__(
            learning_rate, {"momentum": _momentum(momentum), "nesterov": _checks.flag("nesterov", nesterov)}
        )


class Adam(Optimizer):
    """Adam, in Keras's form: ``w -= lr * sqrt(1 - beta_2**t) / (1 - beta_1**t) * m / (sqrt(v) + epsilon)``.

    Parameters
    ----------
    learning_rate : float
        At least 0.
    beta_1, beta_2 : float
        Decay of the averages of the gradient and of its square, in [0, 1).
    epsilon : float
        Added to the root.
    amsgrad : bool
        Whether to divide by the largest average so far.

    References
    ----------
    Kingma and Ba, "Adam: a method for stochastic optimization", ICLR 2015, the form before section 2.1.
    Reddi, Kale and Kumar, "On the convergence of Adam and beyond", ICLR 2018 (amsgrad).

    Examples
    --------
    >>> Adam(learning_rate=0.01).learning_rate
    0.01
    """

    def __init__(
        self,
        learning_rate: float = 0.001,
        beta_1: float = 0.9,
        beta_2: float = 0.999,
        epsilon: float = 1e-7,
        amsgrad: bool = False,
    ) -> None:
        super().__init__(
            learning_rate,
            {
                "beta_1": _fraction("beta_1", beta_1),
                "beta_2": _fraction("beta_2", beta_2),
                "epsilon": _checks.number("epsilon", epsilon, 0.0),
                "amsgrad": _checks.flag("amsgrad", amsgrad),
            },
        )


class RMSprop(Optimizer):
    """RMSprop, in Keras's form: ``w -= lr * g / sqrt(v + epsilon)``, v the average of ``g**2``.

    Parameters
    ----------
    learning_rate : float
        At least 0.
    rho : float
        Decay of the averages, in [0, 1).
    momentum : float
        From 0 to 1.
    epsilon : float
        Added under the root.
    centered : bool
        Whether to subtract the square of the average gradient from v.

    References
    ----------
    Tieleman and Hinton, lecture 6.5 of "Neural networks for machine learning", 2012. Graves, "Generating sequences
    with recurrent neural networks", 2013, eqs. 38 to 45 (centered).

    Examples
    --------
    >>> RMSprop().learning_rate
    0.001
    """

    def __init__(
        self,
        learning_rate: float = 0.001,
        rho: float = 0.9,
        momentum: float = 0.0,
        epsilon: float = 1e-7,
        centered: bool = False,
    ) -> None:
        super().__init__(
            learning_rate,
            {
                "rho": _fraction("rho", rho),
                "momentum": _momentum(momentum),
                "epsilon": _checks.number("epsilon", epsilon, 0.0),
                "centered": _checks.flag("centered", centered),
            },
        )


_classes = (SGD, Adam, RMSprop)
_by_name: dict[str, Callable[[], Optimizer]] = {cls.__name__.lower(): cls for cls in _classes}


def get(identifier: Any) -> Optimizer:
    """Return an optimizer.

    Parameters
    ----------
    identifier : str or Optimizer
        'sgd', 'adam' or 'rmsprop' in any case; an optimizer is returned as it is.

    Raises
    ------
    ValueError
        If the name is unknown.
    TypeError
        If it is neither a name nor an optimizer.

    Examples
    --------
    >>> get("adam").name
    'adam'
    """
    if type(identifier) in _classes:
        return cast(Optimizer, identifier)
    if isinstance(identifier, str):
        return lookup("optimizer", identifier.lower(), _by_name)()
    known = ", ".join(cls.__name__ for cls in _classes)
    raise TypeError(
        f"optimizer: expected a name or an instance of {known} from fastlstm.optimizers, got {identifier!r}"
    )
