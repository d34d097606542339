"""Endpoints of the doors that are imported when one of them is first asked for."""
