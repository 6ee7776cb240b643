"""Real processes, real sockets, and everything that may go wrong with them."""
