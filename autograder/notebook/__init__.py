"""The one place that knows what a notebook's cell is: kinds, regions, names, formats, and how one is read and repaired."""
