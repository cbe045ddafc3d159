"""What stands in a text: one pass over its bytes, which serves every detector, and what is read from it."""
