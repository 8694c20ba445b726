"""`tf.nest`: nested structures."""

from .._missing import missing_names_of
from ..tree import assert_same_structure, flatten, is_nested, map_structure, pack_sequence_as

__all__ = ["assert_same_structure", "flatten", "is_nested", "map_structure", "pack_sequence_as"]

__getattr__ = missing_names_of(__name__)
