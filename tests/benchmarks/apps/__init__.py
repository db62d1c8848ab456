"""The smallest programs that show one thing: what a benchmark holds ours against, or one widget alone."""
