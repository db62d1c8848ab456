"""replicate-tui: all of Replicate at the keyboard."""

__version__ = "0.1.0"
