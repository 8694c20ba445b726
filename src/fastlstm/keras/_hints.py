"""What to do instead of something that this package lacks."""

_IMAGES = "its layers take sequences (N, T, D), not images or volumes; flatten each step with Reshape, or use Keras"
_GRADIENTS = (
    "there are no graphs: train with model.fit, or write a loop with tf.GradientTape and optimizer.apply_gradients"
)
_TEXTS = "do this with Python's strings before the data reaches the model"
_FILES = "read the file with Python, NumPy or pandas, and pass arrays to fit"

_HINTS = {
    _IMAGES: """
        layers.Conv2D layers.Conv3D layers.Convolution2D layers.Conv2DTranspose layers.SeparableConv2D
        layers.DepthwiseConv2D layers.ConvLSTM1D layers.ConvLSTM2D layers.ConvLSTM3D layers.MaxPooling2D
        layers.MaxPool2D layers.MaxPooling3D layers.AveragePooling2D layers.GlobalAveragePooling2D
        layers.GlobalMaxPooling2D layers.UpSampling2D layers.ZeroPadding2D layers.Cropping2D
        layers.SpatialDropout2D layers.Resizing layers.RandomFlip layers.CenterCrop
        preprocessing.image.ImageDataGenerator preprocessing.image.load_img preprocessing.image.img_to_array
        utils.load_img utils.img_to_array utils.image_dataset_from_directory tf.image applications
        """,
    _GRADIENTS: """
        tf.gradients backend.gradients tf.placeholder tf.get_variable backend.placeholder
        """,
    _TEXTS: "tf.strings tf.lookup tf.text",
    _FILES: """
        tf.io tf.read_file tf.saved_model tf.TFRecordReader tf.data.TFRecordDataset
        """,
    "use a functional model: keras.Model(inputs, outputs)": "models.Graph models.containers",
    "save the model in the .keras format, or as .h5": "tf.train.Saver",
    "export the model with fastlstm.integrations.onnx": "tf.lite",
    "losses are computed in float32 or float64, which need no scale; pass the inner optimizer to compile": """
        optimizers.LossScaleOptimizer
        """,
    "one optimizer trains all weights; freeze layers with trainable=False, or use Muon(exclude_layers=...)": """
        optimizers.MultiOptimizer optimizers.OptimizerMap
        """,
    "it is outside Keras; see fastlstm.layers for the recurrent layers": "tf.contrib tf.nn.rnn_cell",
}
_HINT_OF = {name: hint for hint, names in _HINTS.items() for name in names.split()}


def hint_for(name: str) -> str | None:
    """Return what to do instead of a missing name such as 'keras.layers.Conv2D', None without particular advice."""
    parts = name.removeprefix("keras.").split(".")
    beginnings = (".".join(parts[:length]) for length in range(len(parts), 0, -1))
    return next((_HINT_OF[beginning] for beginning in beginnings if beginning in _HINT_OF), None)


def hinted_names(module: str) -> list[str]:
    """Return the missing names of a module, such as 'layers', for which there is advice."""
    found = (name.rpartition(".") for name in _HINT_OF)
    return sorted(name for place, _, name in found if place == module)


def rows() -> list[tuple[str, list[str]]]:
    """Return each piece of advice with the names that it is about."""
    return [(hint, names.split()) for hint, names in _HINTS.items()]
