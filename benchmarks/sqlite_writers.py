"""Compares how writers wait for SQLite's lock: Django's backend and ours.

Eight processes make short transactions as a worker does: read, think for a
millisecond, write; then five milliseconds of other work.

    python -m benchmarks.sqlite_writers
"""

import multiprocessing
import os
import tempfile
import time
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from statistics import quantiles

PROCESSES = 8
TRANSACTIONS = 200
BACKENDS = ("django.db.backends.sqlite3", "common.sqlite")


def main() -> None:
    columns = ("a second", "p50 ms", "p95 ms", "p99 ms", "max ms")
    print(f"{'backend':30}" + "".join(f"{column:>10}" for column in columns))
    for backend in BACKENDS:
        # A process of its own: Django is set up once in each.
        spawn = multiprocessing.get_context("spawn")
        with ProcessPoolExecutor(max_workers=1, mp_context=spawn) as pool:
            per_second, cuts, longest = pool.submit(measure, backend).result()
        figures = f"{per_second:10.0f}{cuts[49]:10.1f}{cuts[94]:10.1f}{cuts[98]:10.1f}"
        print(f"{backend:30}{figures}{longest:10.1f}")


def measure(backend: str) -> tuple[float, list[float], float]:
    with tempfile.TemporaryDirectory() as folder:
        os.environ |= {"STORAGE_PATH": folder, "ENV_FILE": ""}
        os.environ["DJANGO_SETTINGS_MODULE"] = "platform_project.settings"
        import django
        from django.conf import settings

        settings.DATABASES["default"]["ENGINE"] = backend
        settings.DATABASES["default"]["NAME"] = Path(folder) / "benchmark.sqlite3"
        django.setup()
        from django.db import connection

        with connection.cursor() as cursor:
            cursor.execute("CREATE TABLE counter (n INTEGER)")
            cursor.execute("INSERT INTO counter VALUES (0)")
        connection.close()
        started = time.perf_counter()
        milliseconds = write_in_parallel()
        seconds = time.perf_counter() - started
        cuts = quantiles(milliseconds, n=100)
        return len(milliseconds) / seconds, cuts, max(milliseconds)


def write_in_parallel() -> list[float]:
    fork = multiprocessing.get_context("fork")
    results = fork.SimpleQueue()
    writers = [fork.Process(target=write, args=[results]) for _ in range(PROCESSES)]
    for writer in writers:
        writer.start()
    milliseconds = [took for _ in writers for took in results.get()]
    for writer in writers:
        writer.join()
    return milliseconds


def write(results) -> None:
    from django.db import connection, transaction

    took = []
    for _ in range(TRANSACTIONS):
        started = time.perf_counter()
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SELECT n FROM counter")
            time.sleep(0.001)
            cursor.execute("UPDATE counter SET n = n + 1")
        took.append((time.perf_counter() - started) * 1000)
        time.sleep(0.005)
    results.put(took)


if __name__ == "__main__":
    main()
