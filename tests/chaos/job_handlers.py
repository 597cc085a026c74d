from jobs.handlers import Handler, register

KINDS = {
    "noop": {"path": "noop"},
    "sleep": {"path": "sleep"},
    "effect": {"path": "effect", "discard_path": "files.generation.discard_files"},
    "flaky": {"path": "flaky", "max_attempts": 6},
    "hang": {"path": "hang", "timeout_seconds": 2},
    "hang-subprocess": {"path": "hang_in_a_subprocess", "timeout_seconds": 2},
    "allocate": {"path": "allocate"},
    "fork": {"path": "fork"},
    "suicide": {"path": "suicide"},
    "exit": {"path": "leave"},
}
for kind, how in KINDS.items():
    path = f"tests.chaos.kinds.{how.pop('path')}"
    register(Handler(kind=kind, type="chaos", lane="chaos", path=path, **how))
