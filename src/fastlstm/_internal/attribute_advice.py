"""What to do instead of attributes that the objects of Keras and TensorFlow have and those of this package lack."""

from collections.abc import Sequence

_NODES = "a layer has `input` and `output`; call it again on what you have, or build a model of its inputs and outputs"
_GRAPHS = "there are no graphs: use the value itself, or model.predict"
_LOOP = "write the loop with tf.GradientTape and optimizer.apply_gradients, or override train_step"
_FILES = "save the model with model.save, or its weights with model.save_weights or numpy.savez"
_STATES = "states are those of the layers: use get_weights and set_weights, or copy.deepcopy"
_QUANTIZED = "weights are float32 or float64; export the model with fastlstm.integrations.onnx and quantize that"
_OWN = "derive a layer from Layer, with build, add_weight and call"
_DTYPES = "its dtype says in what it computes: 'float32' or 'float64'"
_FLAT = "compute what you need with NumPy, of .numpy()"
_RECORDS = "read the file with Python, NumPy or pandas, and use from_tensor_slices or from_generator"

_ADVICE = {
    "Layer": {
        _NODES: """
            get_input_mask_at get_output_mask_at get_input_shape_at get_output_shape_at
            inbound_nodes outbound_nodes input_mask output_mask symbolic_call add_inbound_node add_outbound_node
            create_input_layer _inbound_nodes _outbound_nodes _keras_shape _keras_history
            """,
        _OWN: "add_weight add_variable add_update add_loss add_metric call compute_mask",
        _STATES: "stateless_call",
        _FILES: "save_own_variables load_own_variables save_assets load_assets",
        _QUANTIZED: """
            quantize quantized_build quantized_call enable_lora lora_alpha
            """,
        _DTYPES: "dtype_policy",
        "call it, with training=True in training": "rematerialized_call",
        "compute_output_shape gives the shape of its output": "compute_output_spec compute_output_signature",
        "use summary of the model, or its get_config": "submodules with_name_scope name_scope",
        "dropout draws a new mask in each call": """
            get_dropout_mask get_recurrent_dropout_mask get_dropout_mask_for_cell get_recurrent_dropout_mask_for_cell
            reset_dropout_mask reset_recurrent_dropout_mask seed_generator
            """,
    },
    "RNN": {
        "call its cell step by step, or use return_state": "inner_loop",
        "states are as wide as its units": "state_size state_spec single_state constants_spec",
    },
    "Model": {
        _NODES: """
            get_input_at get_output_at get_input_mask_at get_output_mask_at get_input_shape_at get_output_shape_at
            inbound_nodes outbound_nodes input_mask output_mask symbolic_call _inbound_nodes _outbound_nodes
            """,
        "derive a class from keras.Model, with a call, and give it layers or variables": """
            add_weight add_variable add_update call compute_mask
            """,
        _LOOP: """
            stateless_compute_loss compute_loss_and_updates get_updates total_loss
            _collected_trainable_weights train_function test_function
            """,
        _STATES: "get_state_tree set_state_tree stateless_call jax_state_sync",
        _FILES: "save_own_variables load_own_variables save_assets load_assets",
        _QUANTIZED: "quantize quantized_build quantized_call get_quantization_layer_structure",
        _DTYPES: "dtype_policy",
        "use a functional model: keras.Model(inputs, outputs)": "add_input add_node add_output",
        "export the model with fastlstm.integrations.onnx.export": "export",
        "training runs on all cores of one machine": "distribute_reduction_method",
        "do in `call` what predict is to do": "predict_step",
        "the loss and metrics are what fit and evaluate return": """
            compute_metrics get_metrics_result sample_weights targets
            """,
        "compile the model again": "compile_from_config get_compile_config",
        "use get_layer(name), layers or summary": "submodules with_name_scope name_scope pop_layer flattened_layers",
    },
    "Optimizer": {
        _LOOP: """
            get_updates get_gradients aggregate_gradients update_step stateless_apply scale_loss
            _compute_gradients
            """,
        "its variables have assign": "assign assign_add assign_sub",
        "derive a learning rate schedule, or write the update in a training loop": """
            add_variable add_variable_from_reference add_optimizer_variables add_slot get_slot get_slot_names
            """,
        _FILES: "save_own_variables load_own_variables",
    },
    "Metric": {
        "keep its state in attributes; update_state, result and reset_state are what is called": """
            stateless_update_state stateless_result stateless_reset_state
            """,
    },
    "Tensor": {
        _GRAPHS: "op graph consumers value_index name",
        _FLAT: "gpu cpu backing_device",
    },
    "SymbolicTensor": {
        _GRAPHS: "op graph eval numpy consumers",
        "use its shape, or keras.backend.int_shape(x)": "_keras_shape",
        "build a keras.Model up to it, and predict": "_keras_history record_history",
    },
    "Dataset": {
        _RECORDS: "list_files from_tensor_slices_v1 make_csv_dataset load",
        "iterate over the data set: for batch in dataset": """
            make_one_shot_iterator make_initializable_iterator get_next
            """,
        _FLAT: "save snapshot",
    },
    "Tokenizer": {"word_counts has the counts": "get_counts"},
}
_ADVICE_OF = {
    owner: {name: advice for advice, names in table.items() for name in names.split()}
    for owner, table in _ADVICE.items()
}


_ADVISED = frozenset(name for table in _ADVICE_OF.values() for name in table)


def is_advised(name: str) -> bool:
    """Return whether there is advice for an attribute of this name, of any class."""
    return name in _ADVISED


def advice_for(name: str, owners: Sequence[str]) -> str | None:
    """Return what to do instead of an attribute.

    Parameters
    ----------
    name : str
        The attribute.
    owners : sequence of str
        The classes that the object belongs to, the most special one first.

    Returns
    -------
    str or None
        None without particular advice.
    """
    return next((_ADVICE_OF[owner][name] for owner in owners if name in _ADVICE_OF.get(owner, {})), None)
