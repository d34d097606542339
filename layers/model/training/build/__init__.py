"""Builds the encoder: from the verified base weights to one quantised ONNX graph. See FORMATS.md."""
