"""The node: settings, start-up and the command line; the one place where everything is put together."""
