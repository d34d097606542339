"""Conversations over several requests: what a follow-up inherits, which model is kept, and when to escalate."""
