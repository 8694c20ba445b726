"""`tf.distribute`: strategies, each of which is one process on this CPU."""

from contextlib import AbstractContextManager, nullcontext
from types import SimpleNamespace
from typing import Any, NoReturn

from .._missing import missing_names_of

__getattr__ = missing_names_of(__name__)


class Strategy:
    """A strategy with one replica, whatever its arguments."""

    num_replicas_in_sync = 1

    def __init__(self, *_: Any, **__: Any) -> None:
        pass

    def scope(self) -> AbstractContextManager[None]:
        """Return a context without effect."""
        return nullcontext()


MirroredStrategy = OneDeviceStrategy = MultiWorkerMirroredStrategy = TPUStrategy = get_strategy = Strategy


def _no_tpu(*_: Any, **__: Any) -> NoReturn:
    raise ValueError("there is no TPU")  # the error that scripts catch to go on without one


cluster_resolver = SimpleNamespace(TPUClusterResolver=_no_tpu)
experimental = SimpleNamespace(TPUStrategy=Strategy)
