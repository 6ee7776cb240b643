"""Every figure in the README comes from here: ``comity bench NAME``, one module each with ``main(arguments)``."""
