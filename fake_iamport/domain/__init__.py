"""Records of the payment world and the rules they keep; no HTTP and no input or output."""
