"""The attributes of the objects of Keras and TensorFlow by class, without those of the base class.

docs/make_keras_attributes.py has written this file.
"""

ATTRIBUTES = {
    "AUC": """
        built curve false_negatives false_positives interpolate_pr_auc label_weights multi_label num_labels
        num_thresholds summation_method thresholds true_negatives true_positives
        """,
    "AbstractRNNCell": "get_initial_state output_size state_size",
    "Accuracy": "built count reduction total",
    "Activation": "activation",
    "ActivityRegularization": "l1 l2",
    "Adadelta": "epsilon jit_compile rho",
    "Adafactor": "beta_2_decay clip_threshold epsilon_1 epsilon_2 jit_compile relative_step",
    "Adagrad": "epsilon initial_accumulator_value jit_compile",
    "Adam": "adaptive_epsilon amsgrad beta_1 beta_2 epsilon jit_compile",
    "AdamW": "amsgrad beta_1 beta_2 epsilon jit_compile",
    "Adamax": "beta_1 beta_2 epsilon jit_compile",
    "AdditiveAttention": "causal dropout score_mode seed use_scale",
    "AlphaDropout": "noise_shape rate seed seed_generator",
    "Attention": "causal dropout score_mode seed use_scale",
    "AveragePooling1D": "data_format padding pool_function pool_size strides",
    "AvgPool1D": "data_format padding pool_function pool_size strides",
    "BatchNormalization": """
        adjustment axis beta beta_constraint beta_initializer beta_regularizer center epsilon fused gamma
        gamma_constraint gamma_initializer gamma_regularizer momentum moving_mean moving_mean_initializer
        moving_variance moving_variance_initializer renorm renorm_clipping renorm_momentum scale synchronized
        virtual_batch_size
        """,
    "Bidirectional": "constraints reset_state reset_states states",
    "BinaryAccuracy": "built count reduction threshold total",
    "BinaryCrossentropy": "axis built count fn from_logits label_smoothing reduction total",
    "BinaryFocalCrossentropy": "alpha apply_class_balancing axis fn from_logits gamma label_smoothing",
    "BinaryIoU": "axis built ignore_class num_classes sparse_y_pred sparse_y_true target_class_ids threshold total_cm",
    "CSVLogger": "append append_header csv_file filename keys sep writer",
    "CTC": "fn",
    "Callback": """
        model on_batch_begin on_batch_end on_epoch_begin on_epoch_end on_predict_batch_begin on_predict_batch_end
        on_predict_begin on_predict_end on_test_batch_begin on_test_batch_end on_test_begin on_test_end
        on_train_batch_begin on_train_batch_end on_train_begin on_train_end params set_model set_params
        validation_data
        """,
    "CallbackList": "append callbacks make_logs",
    "CategoricalAccuracy": "built count reduction total",
    "CategoricalCrossentropy": "axis built count fn from_logits label_smoothing reduction total",
    "CategoricalFocalCrossentropy": "alpha axis fn from_logits gamma label_smoothing",
    "CategoricalGeneralizedCrossEntropy": "fn q",
    "CategoricalHinge": "built count fn reduction total",
    "CategoryEncoding": "convert_weight",
    "Circle": "fn gamma margin remove_diagonal",
    "Concatenate": "axis",
    "ConcordanceCorrelation": "axis count total",
    "Constant": "value",
    "Constraint": "from_config get_config",
    "Conv1D": """
        activation bias_constraint bias_initializer bias_regularizer convolution_op data_format dilation_rate
        enable_lora filters groups kernel kernel_constraint kernel_initializer kernel_regularizer kernel_size
        lora_alpha lora_enabled lora_rank padding rank strides use_bias
        """,
    "Conv1DTranspose": """
        activation bias_constraint bias_initializer bias_regularizer convolution_op data_format dilation_rate filters
        groups kernel_constraint kernel_initializer kernel_regularizer kernel_size output_padding padding rank strides
        use_bias
        """,
    "Convolution1D": """
        activation bias_constraint bias_initializer bias_regularizer convolution_op data_format dilation_rate
        enable_lora filters groups kernel kernel_constraint kernel_initializer kernel_regularizer kernel_size
        lora_alpha lora_enabled lora_rank padding rank strides use_bias
        """,
    "Convolution1DTranspose": """
        activation bias_constraint bias_initializer bias_regularizer convolution_op data_format dilation_rate filters
        groups kernel_constraint kernel_initializer kernel_regularizer kernel_size output_padding padding rank strides
        use_bias
        """,
    "CosineSimilarity": "built count fn reduction total",
    "Cropping1D": "cropping",
    "Dataset": """
        apply as_numpy_iterator batch bucket_by_sequence_length cache cardinality choose_from_datasets concatenate
        counter element_spec enumerate filter fingerprint flat_map from_generator from_tensor_slices from_tensors
        get_single_element group_by_window ignore_errors interleave list_files load map options padded_batch prefetch
        ragged_batch random range rebatch reduce rejection_resample repeat sample_from_datasets save scan shard
        shuffle skip snapshot sparse_batch take take_while unbatch unique window with_options zip
        """,
    "Dense": """
        activation bias_constraint bias_initializer bias_regularizer enable_lora kernel kernel_constraint
        kernel_initializer kernel_regularizer lora_alpha lora_enabled lora_rank quantization_config units use_bias
        variable_serialization_spec
        """,
    "DepthwiseConv1D": """
        activation bias_constraint bias_initializer bias_regularizer convolution_op data_format depth_multiplier
        depthwise_constraint depthwise_initializer depthwise_regularizer dilation_rate filters groups
        kernel_constraint kernel_initializer kernel_regularizer kernel_size padding rank strides use_bias
        """,
    "Dice": "axis fn",
    "Discretization": """
        adapt bin_boundaries compile convert_weight epsilon input_bin_boundaries is_adapted make_adapt_function
        num_bins output_dtype output_mode reset_state sparse update_state
        """,
    "Dot": "axes normalize",
    "Dropout": "noise_shape rate seed seed_generator",
    "ELU": "alpha",
    "EarlyStopping": """
        baseline best best_weights get_monitor_value min_delta mode monitor monitor_op patience restore_best_weights
        start_from_epoch stopped_epoch verbose wait
        """,
    "EinsumDense": """
        activation bias_axes bias_constraint bias_initializer bias_regularizer enable_lora equation
        gptq_unpacked_column_size kernel kernel_constraint kernel_initializer kernel_regularizer lora_alpha
        lora_enabled lora_rank partial_output_shape quantization_config variable_serialization_spec
        """,
    "Embedding": """
        embeddings embeddings_constraint embeddings_initializer embeddings_regularizer enable_lora input_dim
        input_length lora_alpha lora_enabled lora_rank mask_zero output_dim quantization_config sparse
        variable_serialization_spec
        """,
    "F1Score": "average axis beta built threshold",
    "FBetaScore": "average axis beta built threshold",
    "FalseNegatives": "accumulator built init_thresholds thresholds",
    "FalsePositives": "accumulator built init_thresholds thresholds",
    "Flatten": "data_format",
    "Ftrl": """
        beta initial_accumulator_value jit_compile l1_regularization_strength l2_regularization_strength
        l2_shrinkage_regularization_strength learning_rate_power
        """,
    "GRU": """
        activation bias_constraint bias_initializer bias_regularizer cell constants_spec dropout
        get_dropout_mask_for_cell get_initial_state get_recurrent_dropout_mask_for_cell go_backwards implementation
        inner_loop kernel_constraint kernel_initializer kernel_regularizer recurrent_activation recurrent_constraint
        recurrent_dropout recurrent_initializer recurrent_regularizer reset_after reset_dropout_mask
        reset_recurrent_dropout_mask reset_state reset_states return_sequences return_state single_state state_size
        state_spec states time_major units unroll use_bias use_cudnn zero_output_for_mask
        """,
    "GRUCell": """
        activation bias_constraint bias_initializer bias_regularizer dropout get_dropout_mask
        get_dropout_mask_for_cell get_initial_state get_recurrent_dropout_mask get_recurrent_dropout_mask_for_cell
        implementation kernel_constraint kernel_initializer kernel_regularizer output_size recurrent_activation
        recurrent_constraint recurrent_dropout recurrent_initializer recurrent_regularizer reset_after
        reset_dropout_mask reset_recurrent_dropout_mask seed seed_generator state_size units use_bias
        """,
    "GaussianDropout": "rate seed seed_generator",
    "GaussianNoise": "seed seed_generator stddev",
    "GlobalAveragePooling1D": "data_format keepdims",
    "GlobalAvgPool1D": "data_format keepdims",
    "GlobalMaxPool1D": "data_format keepdims",
    "GlobalMaxPooling1D": "data_format keepdims",
    "GlorotNormal": "distribution input_axes mode output_axes scale seed",
    "GlorotUniform": "distribution input_axes mode output_axes scale seed",
    "GradientTape": "batch_jacobian gradient jacobian reset stop_recording watch watched_variables",
    "GroupNormalization": """
        axis beta_constraint beta_initializer beta_regularizer center epsilon gamma_constraint gamma_initializer
        gamma_regularizer groups scale
        """,
    "GroupQueryAttention": """
        bias_constraint bias_initializer bias_regularizer dropout head_dim kernel_constraint kernel_initializer
        kernel_regularizer num_key_value_heads num_query_heads num_repeats seed sliding_window use_bias use_gate
        """,
    "Hashing": "mask_value num_bins output_mode salt sparse strong_hash",
    "HeNormal": "distribution input_axes mode output_axes scale seed",
    "HeUniform": "distribution input_axes mode output_axes scale seed",
    "Hinge": "built count fn reduction total",
    "History": "history",
    "Huber": "fn",
    "Identity": """
        activity_regularizer add_loss add_metric add_update add_variable add_weight autocast build build_from_config
        built call call_signature_parameters compute_dtype compute_mask compute_output_shape compute_output_signature
        compute_output_spec count_params dtype dtype_policy dynamic finalize_state gain get_build_config get_input_at
        get_input_mask_at get_input_shape_at get_output_at get_output_mask_at get_output_shape_at get_weights
        inbound_nodes input input_dtype input_mask input_shape input_spec load_own_variables losses metrics
        metrics_variables name name_scope non_trainable_variables non_trainable_weights outbound_nodes output
        output_mask output_shape path quantization_mode quantize quantized_build quantized_call rematerialized_call
        save_own_variables set_weights stateful stateless_call submodules supports_jit supports_masking symbolic_call
        trainable trainable_variables trainable_weights updates variable_dtype variables weights with_name_scope
        """,
    "Initializer": "clone from_config get_config",
    "InputLayer": "batch_shape batch_size is_placeholder optional ragged sparse",
    "InputSpec": "allow_last_axis_squeeze axes max_ndim min_ndim ndim optional shape",
    "IntegerLookup": """
        adapt compile get_vocabulary input_idf_weights input_vocabulary invert is_adapted load_assets lookup_table
        make_adapt_function mask_token max_tokens num_oov_indices oov_method oov_token output_mode pad_to_max_tokens
        reset_state salt save_assets set_vocabulary sparse token_counts update_state vocab_size vocabulary_dtype
        vocabulary_size
        """,
    "KLDivergence": "built count fn reduction total",
    "L1": "l1",
    "L1L2": "l1 l2",
    "L2": "l2",
    "LSTM": """
        activation bias_constraint bias_initializer bias_regularizer cell constants_spec dropout
        get_dropout_mask_for_cell get_initial_state get_recurrent_dropout_mask_for_cell go_backwards implementation
        inner_loop kernel_constraint kernel_initializer kernel_regularizer recurrent_activation recurrent_constraint
        recurrent_dropout recurrent_initializer recurrent_regularizer reset_dropout_mask reset_recurrent_dropout_mask
        reset_state reset_states return_runtime return_sequences return_state single_state state_size state_spec
        states time_major unit_forget_bias units unroll use_bias use_cudnn zero_output_for_mask
        """,
    "LSTMCell": """
        activation bias_constraint bias_initializer bias_regularizer dropout get_dropout_mask
        get_dropout_mask_for_cell get_initial_state get_recurrent_dropout_mask get_recurrent_dropout_mask_for_cell
        implementation kernel_constraint kernel_initializer kernel_regularizer output_size recurrent_activation
        recurrent_constraint recurrent_dropout recurrent_initializer recurrent_regularizer reset_dropout_mask
        reset_recurrent_dropout_mask seed seed_generator state_size unit_forget_bias units use_bias
        """,
    "Lamb": "beta_1 beta_2 epsilon",
    "Lambda": "arguments function mask",
    "Layer": """
        activity_regularizer add_inbound_node add_loss add_metric add_outbound_node add_update add_variable add_weight
        assert_input_compatibility autocast build build_from_config built call call_signature_parameters compute_dtype
        compute_mask compute_output_shape compute_output_signature compute_output_spec count_params create_input_layer
        dtype dtype_policy dynamic finalize_state from_config get_build_config get_config get_input_at
        get_input_mask_at get_input_shape_at get_output_at get_output_mask_at get_output_shape_at get_weights
        inbound_nodes init_updates input input_dtype input_mask input_shape input_spec load_own_variables losses
        metrics metrics_variables name name_scope non_trainable_variables non_trainable_weights outbound_nodes output
        output_mask output_shape path quantization_mode quantize quantized_build quantized_call rematerialized_call
        save_own_variables set_weights stateful stateless_call submodules supports_jit supports_masking symbolic_call
        trainable trainable_count trainable_variables trainable_weights updates variable_dtype variables weights
        with_name_scope
        """,
    "LayerNormalization": """
        axis beta_constraint beta_initializer beta_regularizer center epsilon gamma_constraint gamma_initializer
        gamma_regularizer rms_scaling scale
        """,
    "LeakyReLU": "alpha negative_slope",
    "LearningRateSchedule": "from_config get_config",
    "LearningRateScheduler": "schedule verbose",
    "LecunNormal": "distribution input_axes mode output_axes scale seed",
    "LecunUniform": "distribution input_axes mode output_axes scale seed",
    "Lion": "beta_1 beta_2 jit_compile",
    "LogCosh": "fn",
    "LogCoshError": "built count reduction total",
    "Loss": "call dtype from_config get_config name reduction",
    "Masking": "mask_value",
    "MaxNorm": "axis max_value",
    "MaxPool1D": "data_format padding pool_function pool_mode pool_size strides",
    "MaxPooling1D": "data_format padding pool_function pool_mode pool_size strides",
    "Mean": "built count reduction total",
    "MeanAbsoluteError": "built count fn reduction total",
    "MeanAbsolutePercentageError": "built count fn reduction total",
    "MeanSquaredError": "built count fn reduction total",
    "MeanSquaredLogarithmicError": "built count fn reduction total",
    "Metric": """
        activity_regularizer add_loss add_metric add_update add_variable add_weight build build_from_config call
        compute_dtype compute_mask compute_output_shape compute_output_signature count_params dtype dtype_policy
        dynamic finalize_state from_config get_build_config get_config get_input_at get_input_mask_at
        get_input_shape_at get_output_at get_output_mask_at get_output_shape_at get_weights inbound_nodes input
        input_mask input_shape input_spec load_own_variables losses merge_state metrics name name_scope
        non_trainable_variables non_trainable_weights outbound_nodes output output_mask output_shape reset_state
        reset_states result save_own_variables set_weights stateful stateless_reset_state stateless_result
        stateless_update_state submodules supports_masking trainable trainable_variables trainable_weights
        update_state updates variable_dtype variables weights with_name_scope
        """,
    "MinMaxNorm": "axis max_value min_value rate",
    "Model": """
        activity_regularizer add_input add_loss add_metric add_node add_output add_update add_variable add_weight
        autocast autotune_steps_per_execution build build_from_config built call call_signature_parameters compile
        compile_from_config compiled compiled_loss compiled_metrics compute_dtype compute_loss
        compute_loss_and_updates compute_mask compute_metrics compute_output_shape compute_output_signature
        compute_output_spec constraints container_nodes count_params distribute_reduction_method distribute_strategy
        dtype dtype_policy dynamic evaluate evaluate_generator export finalize_state fit fit_generator
        flattened_layers from_config get_build_config get_compile_config get_config get_input_at get_input_mask_at
        get_input_shape_at get_layer get_metrics_result get_output_at get_output_layer get_output_mask_at
        get_output_shape_at get_quantization_layer_structure get_source_inputs get_state_tree get_weight_paths
        get_weights history inbound_nodes input input_dtype input_mask input_names input_shape input_spec inputs
        jax_state_sync jit_compile layers legacy_get_config load_own_variables load_weights loss losses
        make_predict_function make_test_function make_train_function metrics metrics_names metrics_variables name
        name_scope non_trainable_variables non_trainable_weights optimizer outbound_nodes output output_mask
        output_names output_shape outputs path pop_layer predict predict_function predict_generator predict_on_batch
        predict_step quantization_mode quantize quantized_build quantized_call regularizers rematerialized_call
        reset_metrics reset_states run_eagerly run_internal_graph save save_own_variables save_spec save_weights
        set_state_tree set_weights state_updates stateful stateless_call stateless_compute_loss steps_per_execution
        stop_training submodules summary supports_jit supports_masking symbolic_call test_function test_on_batch
        test_step to_json to_yaml train_function train_on_batch train_step train_tf_function trainable
        trainable_variables trainable_weights updates uses_learning_phase variable_dtype variables weights
        with_name_scope
        """,
    "ModelCheckpoint": """
        best epochs_since_last_save filepath load_weights_on_restart min_delta mode monitor monitor_op period
        save_best_only save_freq save_weights_only verbose
        """,
    "MultiHeadAttention": """
        attention_axes dropout key_dense key_dim num_heads output_dense query_dense seed use_bias value_dense
        value_dim
        """,
    "Muon": """
        adam_beta_1 adam_beta_2 adam_lr_ratio adam_weight_decay epsilon exclude_embeddings exclude_layers lr_adjust
        momentum muon_a muon_b muon_c nesterov ns_steps rms_rate transpose_last_axis zeropower_via_newtonschulz5
        """,
    "Nadam": "beta_1 beta_2 epsilon jit_compile",
    "Normalization": """
        adapt axis backend compile convert_weight input_mean input_variance invert is_adapted make_adapt_function mean
        reset_state update_state
        """,
    "Optimizer": """
        add_optimizer_variables add_variable add_variable_from_reference aggregate_gradients apply apply_gradients
        assign assign_add assign_sub build built clipnorm clipvalue compute_gradients ema_momentum
        ema_overwrite_frequency exclude_from_weight_decay finalize_variable_values from_config get_config
        get_gradients get_updates global_clipnorm gradient_accumulation_steps iterations learning_rate
        load_own_variables loss_scale_factor lr minimize name save_own_variables scale_loss set_weights
        stateless_apply update_step updates use_ema variables weight_decay weights
        """,
    "Orthogonal": "gain seed",
    "PReLU": "alpha_constraint alpha_initializer alpha_regularizer shared_axes",
    "PearsonCorrelation": "axis count total",
    "Permute": "dims",
    "Poisson": "built count fn reduction total",
    "Precision": "built class_id false_positives init_thresholds thresholds top_k true_positives",
    "ProgbarLogger": "epochs progbar seen stateful_metrics target use_steps verbose",
    "PyDataset": "max_queue_size num_batches on_epoch_begin on_epoch_end use_multiprocessing workers",
    "R2Score": "built class_aggregation num_regressors num_samples",
    "RMSNormalization": "axis epsilon",
    "RMSprop": "centered epsilon jit_compile momentum rho",
    "RNN": """
        cell constants_spec get_initial_state go_backwards inner_loop reset_state reset_states return_sequences
        return_state single_state state_size state_spec states time_major unroll zero_output_for_mask
        """,
    "RaggedTensor": """
        bounding_shape consumers dtype flat_values from_nested_row_lengths from_nested_row_splits
        from_nested_value_rowids from_row_lengths from_row_limits from_row_splits from_row_starts from_sparse
        from_tensor from_uniform_row_length from_value_rowids get_shape merge_dims nested_row_lengths
        nested_row_splits nested_value_rowids nrows numpy ragged_rank row_lengths row_limits row_splits row_starts
        shape to_list to_sparse to_tensor uniform_row_length value_rowids values with_flat_values
        with_row_splits_dtype with_values
        """,
    "RandomNormal": "mean seed stddev",
    "RandomUniform": "maxval minval seed",
    "ReLU": "max_value negative_slope threshold",
    "Recall": "built class_id false_negatives init_thresholds thresholds top_k true_positives",
    "ReduceLROnPlateau": """
        best cooldown cooldown_counter factor in_cooldown min_delta min_lr mode monitor monitor_op patience verbose
        wait
        """,
    "Reduction": "AUTO NONE SUM SUM_OVER_BATCH_SIZE all validate",
    "Regularizer": "from_config get_config",
    "RepeatVector": "n",
    "Rescaling": "backend convert_weight offset scale",
    "Reshape": "target_shape",
    "RootMeanSquaredError": "built count reduction total",
    "SGD": "jit_compile momentum nesterov",
    "ScheduleFreeAdamW": "beta_1 beta_2 epsilon warmup_steps",
    "SeparableConv1D": """
        activation bias_constraint bias_initializer bias_regularizer convolution_op data_format depth_multiplier
        depthwise_constraint depthwise_initializer depthwise_regularizer dilation_rate filters groups
        kernel_constraint kernel_initializer kernel_regularizer kernel_size padding pointwise_constraint
        pointwise_initializer pointwise_regularizer rank strides use_bias
        """,
    "SeparableConvolution1D": """
        activation bias_constraint bias_initializer bias_regularizer convolution_op data_format depth_multiplier
        depthwise_constraint depthwise_initializer depthwise_regularizer dilation_rate filters groups
        kernel_constraint kernel_initializer kernel_regularizer kernel_size padding pointwise_constraint
        pointwise_initializer pointwise_regularizer rank strides use_bias
        """,
    "Sequential": "add pop",
    "SimpleRNN": """
        activation bias_constraint bias_initializer bias_regularizer cell constants_spec dropout get_initial_state
        go_backwards inner_loop kernel_constraint kernel_initializer kernel_regularizer recurrent_constraint
        recurrent_dropout recurrent_initializer recurrent_regularizer reset_state reset_states return_sequences
        return_state single_state state_size state_spec states time_major units unroll use_bias zero_output_for_mask
        """,
    "SimpleRNNCell": """
        activation bias_constraint bias_initializer bias_regularizer dropout get_dropout_mask
        get_dropout_mask_for_cell get_initial_state get_recurrent_dropout_mask get_recurrent_dropout_mask_for_cell
        kernel_constraint kernel_initializer kernel_regularizer output_size recurrent_constraint recurrent_dropout
        recurrent_initializer recurrent_regularizer reset_dropout_mask reset_recurrent_dropout_mask seed
        seed_generator state_size units use_bias
        """,
    "Softmax": "axis robust_masking",
    "SparseCategoricalAccuracy": "built count reduction total",
    "SparseCategoricalCrossentropy": "axis built count fn from_logits ignore_class reduction total",
    "SparseTensor": """
        consumers dense_shape dtype eval from_value get_shape graph indices op set_shape shape values with_values
        """,
    "SparseTopKCategoricalAccuracy": "built count from_sorted_ids k reduction total",
    "SpatialDropout1D": "noise_shape rate seed seed_generator",
    "SquaredHinge": "built count fn reduction total",
    "StackedRNNCells": "cells get_initial_state output_size reverse_state_order state_size",
    "StringLookup": """
        adapt compile encoding get_vocabulary input_idf_weights input_vocabulary invert is_adapted load_assets
        lookup_table make_adapt_function mask_token max_tokens num_oov_indices oov_method oov_token output_mode
        pad_to_max_tokens reset_state salt save_assets set_vocabulary sparse token_counts update_state vocab_size
        vocabulary_dtype vocabulary_size
        """,
    "Sum": "built reduction total",
    "SwapEMAWeights": "swap_on_epoch",
    "SymbolicTensor": "dtype ndim ragged ragged_rank reshape row_splits_dtype shape sparse squeeze",
    "Tensor": """
        OVERLOADABLE_OPERATORS backing_device consumers cpu device dtype eval experimental_ref get_shape gpu graph
        is_packed name ndim numpy op ref set_shape shape value_index
        """,
    "TensorBoard": """
        embeddings_freq embeddings_metadata histogram_freq log_dir summary update_freq write_graph write_images
        write_steps_per_second
        """,
    "TensorShape": """
        as_list as_proto assert_has_rank assert_is_compatible_with assert_is_fully_defined assert_same_rank cast
        concatenate dims experimental_as_proto experimental_from_proto experimental_type_proto flatten from_tensors
        is_compatible_with is_fully_defined is_subtype_of merge_with most_specific_common_supertype
        most_specific_compatible_shape ndims num_elements placeholder_value rank to_tensors with_rank
        with_rank_at_least with_rank_at_most
        """,
    "TerminateOnNaN": "raise_error",
    "TextVectorization": """
        adapt compile get_vocabulary is_adapted load_assets make_adapt_function reset_state save_assets set_vocabulary
        update_state vocabulary_size
        """,
    "TimeDistributed": "layer",
    "TimeseriesGenerator": "get_config on_epoch_end to_json",
    "Tokenizer": """
        fit_on_sequences fit_on_texts get_config get_counts sequences_to_matrix sequences_to_texts
        sequences_to_texts_generator texts_to_matrix texts_to_sequences texts_to_sequences_generator to_json
        """,
    "TopKCategoricalAccuracy": "built count k reduction total",
    "TrueNegatives": "accumulator built init_thresholds thresholds",
    "TruePositives": "accumulator built init_thresholds thresholds",
    "TruncatedNormal": "mean seed stddev",
    "Tversky": "alpha axis beta fn",
    "UnitNorm": "axis",
    "UnitNormalization": "axis",
    "UpSampling1D": "size",
    "Variable": """
        SaveSliceInfo aggregation assign assign_add assign_sub batch_scatter_update constraint count_up_to device
        dtype eval experimental_ref from_proto gather_nd get_shape graph initial_value initialized_value initializer
        load name ndim numpy op overwrite_with_gradient path read_value ref regularizer scatter_add scatter_div
        scatter_max scatter_min scatter_mul scatter_nd_add scatter_nd_sub scatter_nd_update scatter_sub scatter_update
        set_shape shape sparse_read synchronization to_proto trainable value
        """,
    "VarianceScaling": "distribution input_axes mode output_axes scale seed",
    "Wrapper": "layer",
    "ZeroPadding1D": "data_format padding",
    "constant": "value",
    "glorot_normal": "distribution input_axes mode output_axes scale seed",
    "glorot_uniform": "distribution input_axes mode output_axes scale seed",
    "he_normal": "distribution input_axes mode output_axes scale seed",
    "he_uniform": "distribution input_axes mode output_axes scale seed",
    "identity": "gain",
    "l1": "l1",
    "l1_l2": "l1 l2",
    "l2": "l2",
    "lecun_normal": "distribution input_axes mode output_axes scale seed",
    "lecun_uniform": "distribution input_axes mode output_axes scale seed",
    "max_norm": "axis max_value",
    "min_max_norm": "axis max_value min_value rate",
    "orthogonal": "gain seed",
    "random_normal": "mean seed stddev",
    "random_uniform": "maxval minval seed",
    "truncated_normal": "mean seed stddev",
    "unit_norm": "axis",
    "variance_scaling": "distribution input_axes mode output_axes scale seed",
}
"""Names, divided by spaces."""
