"""Answers that the cases of week 17 must tell apart."""
