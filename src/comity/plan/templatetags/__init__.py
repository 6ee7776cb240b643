"""Hold the tags of the area's pages."""
