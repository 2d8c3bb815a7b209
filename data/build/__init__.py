"""Programs that build the course's data files from packages of the public registries.

Run ``python -m data.build`` in the checkout's root. See ``python -m data.build --help``.
"""
