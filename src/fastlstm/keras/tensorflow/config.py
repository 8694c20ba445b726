"""`tf.config`: the devices, of which there is a CPU, and settings without effect."""

from typing import Any, NamedTuple

from .._inert import Inert
from .._missing import missing_names_of

__getattr__ = missing_names_of(__name__)


class PhysicalDevice(NamedTuple):
    """A device."""

    name: str
    device_type: str


def list_physical_devices(device_type: str | None = None) -> list[PhysicalDevice]:
    """Return the devices of a type, of which there is one of the type 'CPU'."""
    return [PhysicalDevice("/physical_device:CPU:0", "CPU")] if device_type in (None, "CPU") else []


list_logical_devices = get_visible_devices = list_local_devices = list_physical_devices

_WITHOUT_EFFECT = """
    LogicalDeviceConfiguration experimental_connect_to_cluster experimental_run_functions_eagerly optimizer
    run_functions_eagerly set_logical_device_configuration set_soft_device_placement set_visible_devices threading
    """
globals().update({name: Inert(f"tf.config.{name}") for name in _WITHOUT_EFFECT.split()})


class _Experimental(Inert):
    """`tf.config.experimental`: the same queries, and settings without effect."""

    @staticmethod
    def list_physical_devices(device_type: str | None = None) -> list[PhysicalDevice]:
        """Return the devices of a type."""
        return list_physical_devices(device_type)

    list_logical_devices = get_visible_devices = list_physical_devices

    @staticmethod
    def get_memory_info(device: Any) -> dict[str, int]:
        """Return no use of a device's memory."""
        return {"current": 0, "peak": 0}


experimental = _Experimental("config.experimental")
