"""Looking at and reaching into a model while it runs."""
