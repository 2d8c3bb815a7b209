"""The reading edition: a static site of the weeks, made of their releases. No kernel, no network, no solution."""
