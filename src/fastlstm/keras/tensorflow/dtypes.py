"""TensorFlow's names of dtypes."""

from .._arrays import cast, dtype_of
from .._missing import missing_names_of

__all__ = [
    "as_dtype",
    "bfloat16",
    "bool",
    "cast",
    "complex64",
    "complex128",
    "double",
    "float16",
    "float32",
    "float64",
    "half",
    "int8",
    "int16",
    "int32",
    "int64",
    "string",
    "uint8",
    "uint16",
    "uint32",
    "uint64",
]

__getattr__ = missing_names_of(__name__)

as_dtype = dtype_of

float16, float32, float64, double = map(as_dtype, ("float16", "float32", "float64", "float64"))
int8, int16, int32, int64 = map(as_dtype, ("int8", "int16", "int32", "int64"))
uint8, uint16, uint32, uint64 = map(as_dtype, ("uint8", "uint16", "uint32", "uint64"))
bool, complex64, complex128 = map(as_dtype, ("bool", "complex64", "complex128"))
half = float16
string = "string"
bfloat16 = "bfloat16"
