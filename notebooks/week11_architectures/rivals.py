"""Answers that the cases of week 11 must tell apart."""
