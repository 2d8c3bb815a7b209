"""What both sides of the wall load: messages, values, handles, errors and limits."""
