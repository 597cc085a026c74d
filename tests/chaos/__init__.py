"""Breaks a running platform on purpose, and counts what is left: `make chaos`.

An app of Django for tests only: it adds kinds of job that misbehave, an endpoint that
submits them, and failpoints. run.py is the command, faults.py what it does.
"""
