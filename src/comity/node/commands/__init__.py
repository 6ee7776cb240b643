"""The commands, one module each, listed in `comity.node.cli`."""
