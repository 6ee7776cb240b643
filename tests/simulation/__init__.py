"""Two and three nodes under faults, driven by a seed: the channel's real code, its own databases, no threads."""
