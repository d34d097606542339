"""The choice: what each model would make of a prompt and at what price, which may be used, and which is best."""
