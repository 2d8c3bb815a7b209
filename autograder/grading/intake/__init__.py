"""What comes in: which attempt counts, what was handed in made whole, what is to be told of it."""
