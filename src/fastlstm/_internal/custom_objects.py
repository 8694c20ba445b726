"""Classes and functions that users register by name."""

from typing import Any

registered: dict[str, Any] = {}
"""By name, and by 'package>name'."""
