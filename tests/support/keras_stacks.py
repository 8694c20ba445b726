"""Convolutions, poolings, normalizations and the like, built by Keras and by this package in the same words."""

# What is between an Input, or a Masking, and a GRU. Each is built by Keras and by this package.
PASSES_MASK = {
    "identity": lambda at: [at.Identity()],
    "activity regularization": lambda at: [at.ActivityRegularization(0.01, 0.02)],
    "batch normalization": lambda at: [at.BatchNormalization(momentum=0.8)],
    "batch normalization plain": lambda at: [at.BatchNormalization(center=False, scale=False, epsilon=0.1)],
    "leaky relu": lambda at: [at.LeakyReLU(0.2)],
    "relu": lambda at: [at.ReLU(max_value=1.0, negative_slope=0.1, threshold=0.25)],
    "elu": lambda at: [at.ELU(alpha=0.7)],
    "prelu": lambda at: [at.PReLU()],
    "prelu shared": lambda at: [at.PReLU(alpha_initializer="ones", shared_axes=[1])],
    "unit normalization": lambda at: [at.UnitNormalization()],
    "group normalization": lambda at: [at.GroupNormalization(2)],
    "instance normalization": lambda at: [at.GroupNormalization(-1, scale=False)],
}
DROPS_MASK = {
    "conv": lambda at: [at.Conv1D(5, 3)],
    "conv same strided": lambda at: [at.Conv1D(5, 4, strides=3, padding="same", activation="relu")],
    "conv causal": lambda at: [at.Conv1D(6, 3, padding="causal", dilation_rate=2, use_bias=False)],
    "conv groups": lambda at: [at.Conv1D(6, 3, groups=2, padding="same", kernel_regularizer="l2")],
    "conv constrained": lambda at: [at.Conv1D(3, 2, kernel_constraint="max_norm", bias_regularizer="l1")],
    "conv deep": lambda at: [
        at.Conv1D(20, 3, padding="same", activation="relu"),
        at.BatchNormalization(),
        at.MaxPooling1D(2),
        at.Conv1D(7, 2, activation="tanh"),
    ],
    "transposed conv": lambda at: [at.Conv1DTranspose(5, 3)],
    "transposed conv strided": lambda at: [at.Conv1DTranspose(5, 3, strides=2, activation="relu")],
    "transposed conv same strided": lambda at: [at.Conv1DTranspose(20, 4, strides=3, padding="same")],
    "transposed conv dilated": lambda at: [at.Conv1DTranspose(4, 3, dilation_rate=2, use_bias=False)],
    "conv and back": lambda at: [
        at.Conv1D(8, 7, strides=2, padding="same", activation="relu", kernel_regularizer="l2"),
        at.Conv1DTranspose(8, 7, strides=2, padding="same", activation="relu", bias_regularizer="l1"),
        at.Conv1DTranspose(17, 2, strides=4, kernel_constraint="max_norm"),
    ],
    "depthwise": lambda at: [at.DepthwiseConv1D(3, depth_multiplier=2)],
    "depthwise same": lambda at: [at.DepthwiseConv1D(4, padding="same", activation="relu")],
    "separable": lambda at: [at.SeparableConv1D(5, 3, depth_multiplier=2)],
    "separable same": lambda at: [at.SeparableConv1D(5, 2, strides=2, padding="same", use_bias=False)],
    "max pooling": lambda at: [at.MaxPooling1D(3, strides=2)],
    "max pooling same": lambda at: [at.MaxPooling1D(3, padding="same")],
    "average pooling": lambda at: [at.AveragePooling1D(2)],
    "global max pooling": lambda at: [at.GlobalMaxPooling1D(keepdims=True)],
    "global average pooling": lambda at: [at.GlobalAveragePooling1D(keepdims=True)],
    "rms normalization": lambda at: [at.RMSNormalization()],
    "zero padding": lambda at: [at.ZeroPadding1D((2, 1))],
    "cropping": lambda at: [at.Cropping1D((1, 2))],
    "up sampling": lambda at: [at.UpSampling1D(3)],
    "permute": lambda at: [at.Permute((2, 1))],
}
ODD = {
    # Keras on torch counts steps beyond the ends.
    "average pooling same": lambda at: [at.AveragePooling1D(3, strides=2, padding="same")],
    # Keras takes masks only where they have as many axes as x.
    "softmax over steps": lambda at: [at.Softmax(axis=1)],
}
STACKS = PASSES_MASK | DROPS_MASK | ODD
RANDOM = {
    "spatial dropout": lambda at: [at.SpatialDropout1D(0.3, seed=1)],
    "gaussian noise": lambda at: [at.GaussianNoise(0.3, seed=2)],
    "gaussian dropout": lambda at: [at.GaussianDropout(0.3)],
    "alpha dropout": lambda at: [at.AlphaDropout(0.3)],
    "softmax": lambda at: [at.Softmax()],
}
