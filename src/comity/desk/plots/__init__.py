"""Draw figures and timelines as SVG: without script, mirrored where the language runs that way, readable as text."""
