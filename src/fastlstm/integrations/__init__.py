"""What fastlstm plugs into, a module for each: import the one you want, such as ``fastlstm.integrations.onnx``."""
