"""Functions of `tf` without gradients, which run on TensorFlow and on the modules that stand in for it."""

import numpy as np

RNG = np.random.default_rng(5)
SIGNAL = RNG.normal(size=(3, 50)).astype(np.float32)
X = RNG.normal(size=(4, 6, 3)).astype(np.float32)
M = RNG.normal(size=(2, 5, 5)).astype(np.float32)
POSITIVE = (M @ M.transpose(0, 2, 1) + np.eye(5)).astype(np.float32)
NUMBERS = np.array([0, 0, 1, 3])


def cases(tf):
    """Return functions without arguments."""
    return {
        "rfft": lambda: tf.signal.rfft(SIGNAL),
        "rfft of another length": lambda: tf.signal.rfft(SIGNAL, fft_length=[20]),
        "rfft of wide numbers of NumPy": lambda: tf.signal.rfft(SIGNAL.astype("float64")),
        "rfft of a wide tensor": lambda: tf.signal.rfft(tf.constant(SIGNAL.astype("float64"))),
        "irfft": lambda: tf.signal.irfft(tf.signal.rfft(SIGNAL)),
        "fft": lambda: tf.signal.fft(tf.complex(SIGNAL, SIGNAL)),
        "ifft": lambda: tf.signal.ifft(tf.cast(SIGNAL, tf.complex64)),
        "fft2d": lambda: tf.signal.ifft2d(tf.signal.fft2d(tf.cast(SIGNAL, tf.complex64))),
        "fftshift": lambda: tf.signal.ifftshift(tf.signal.fftshift(SIGNAL, axes=[1]), axes=[0, 1]),
        "frame": lambda: tf.signal.frame(SIGNAL, 10, 4),
        "frame with an incomplete end": lambda: tf.signal.frame(SIGNAL, 10, 4, pad_end=True, pad_value=2),
        "frame of an axis": lambda: tf.signal.frame(X, 2, 1, axis=1),
        "stft": lambda: tf.abs(tf.signal.stft(SIGNAL, frame_length=10, frame_step=4)),
        "hann": lambda: tf.signal.hann_window(10),
        "hann of an odd length": lambda: tf.signal.hann_window(9),
        "hann that is symmetric": lambda: tf.signal.hann_window(10, periodic=False),
        "hamming": lambda: tf.signal.hamming_window(10),
        "meshgrid": lambda: tf.meshgrid(np.arange(3), np.arange(4), indexing="ij"),
        "searchsorted": lambda: tf.searchsorted(np.arange(5.0), np.array([0.5, 3.0]), side="right"),
        "searchsorted of rows": lambda: tf.searchsorted(np.sort(M[0]), M[1]),
        "unique": lambda: tf.unique([3, 1, 3, 2]),
        "unique with counts": lambda: tf.unique_with_counts(["b", "a", "b"]),
        "bincount": lambda: tf.math.bincount([1, 1, 3], minlength=6),
        "bincount of weights": lambda: tf.math.bincount([1, 1, 3], weights=[1.0, 2.0, 3.0], maxlength=2),
        "histogram": lambda: tf.histogram_fixed_width([-1.0, 0.0, 1.5, 2.0, 5.0, 15.0], [0.0, 5.0], nbins=5),
        "inverse permutation": lambda: tf.math.invert_permutation([3, 4, 0, 2, 1]),
        "fraction of zeros": lambda: tf.nn.zero_fraction([0.0, 1.0, 0.0]),
        "largest of segments": lambda: tf.math.segment_max(X, NUMBERS),
        "least of segments": lambda: tf.math.segment_min(X, NUMBERS),
        "singular values": lambda: tf.linalg.svd(M, compute_uv=False),
        "product of a decomposition": lambda: _product(tf, *tf.linalg.svd(M)),
        "eigenvalues": lambda: tf.linalg.eigh(POSITIVE)[0],
        "determinants": lambda: tf.linalg.det(POSITIVE),
        "inverse": lambda: tf.linalg.inv(POSITIVE),
        "cholesky": lambda: tf.linalg.cholesky(POSITIVE),
        "solution": lambda: tf.linalg.solve(POSITIVE, M),
        "normalized": lambda: tf.linalg.normalize(M, axis=-1),
        "normalized as a whole": lambda: tf.linalg.normalize(M),
        "identity": lambda: tf.linalg.eye(3),
        "diagonal of integers": lambda: tf.linalg.diag([1, 2]),
        "conjugated": lambda: tf.math.imag(tf.linalg.matrix_transpose(tf.complex(M, 2 * M), conjugate=True)),
        "adjoint": lambda: tf.math.imag(tf.linalg.matmul(tf.complex(M, 2 * M), tf.complex(M, M), adjoint_a=True)),
        "bincount of another dtype": lambda: tf.math.bincount([1, 1, 3], dtype=tf.int64),
        "largest of segments of integers": lambda: tf.math.segment_max([3, -4, -5], [0, 2, 2]),
        "best classes": lambda: tf.math.in_top_k([0, 1, 2, 1], X[:, 0], 2),
        "parts of complex numbers": lambda: (
            tf.math.real(tf.complex(SIGNAL, 2 * SIGNAL)) + tf.math.imag(tf.complex(SIGNAL, 2 * SIGNAL))
        ),
        "case": lambda: tf.case([(tf.constant(1) > 2, lambda: tf.constant(1.0))], default=lambda: tf.constant(2.0)),
        "array": lambda: _filled_array(tf),
        "structure": lambda: tf.nest.flatten(tf.nest.map_structure(lambda x: x + 1, {"b": [1, (2,)], "a": 3})),
        "short numbers": lambda: tf.dtypes.cast(tf.cast([1.5, 2.5], tf.half), tf.uint16),
    }


def _product(tf, s, u, v):
    return tf.matmul(u, tf.linalg.diag(s)) @ tf.linalg.matrix_transpose(v)


def _filled_array(tf):
    array = tf.TensorArray(tf.float32, size=0, dynamic_size=True, clear_after_read=False)
    for i in tf.range(3):
        array = array.write(int(i), tf.cast(i, tf.float32) * tf.ones(2))
    return [array.stack(), array.concat(), array.read(1), array.gather([2, 0]), array.size()]
