from dataclasses import replace
from unittest.mock import Mock, patch

import pytest
from django.test import SimpleTestCase

from common.exceptions import ApplicationError
from jobs import handlers
from jobs.exceptions import UnknownKind
from jobs.handlers import Handler, Outcome
from jobs.tests.factories import registered

JUGGLING = Handler(
    kind="juggling",
    type="testing",
    lane="documents",
    path="jobs.tests.test_handlers.run",
)
CAREFUL = replace(
    JUGGLING, kind="careful", discard_path="jobs.tests.test_handlers.discard"
)


def run(job):
    return Outcome(result={})


def discard(job):
    job.append("discarded")


def refuse(job):
    raise OSError("the storage is away")


class HandlersTests(SimpleTestCase):
    def setUp(self):
        self.enterContext(patch.dict(handlers._handlers))

    def test_returns_the_handler_of_a_kind(self):
        handlers.register(JUGGLING)

        assert handlers.get("juggling") == JUGGLING

    def test_knows_registered_kinds_only(self):
        with registered(kind="juggling"):
            assert handlers.is_known("juggling")
        assert not handlers.is_known("juggling")

    def test_names_the_unknown_kind(self):
        with pytest.raises(UnknownKind, match="'juggling'"):
            handlers.get("juggling")

    def test_tells_clients_of_an_unknown_kind(self):
        assert issubclass(UnknownKind, ApplicationError)

    def test_finds_the_function_by_its_path(self):
        assert JUGGLING.run is run

    def test_discards_by_the_path_too(self):
        job = []

        CAREFUL.discard(job)

        assert job == ["discarded"]

    def test_does_not_fail_where_nothing_can_be_discarded(self):
        broken = replace(JUGGLING, discard_path="jobs.tests.test_handlers.refuse")

        with self.assertLogs("jobs.handlers", "ERROR") as logs:
            broken.discard(Mock(pk="job_1"))

        assert "What job_1 has left" in logs.output[0]

    def test_discards_nothing_where_there_is_no_path(self):
        job = []

        JUGGLING.discard(job)

        assert job == []

    def test_loads_the_functions_of_all_kinds(self):
        handlers._handlers.clear()
        handlers.register(JUGGLING)
        handlers.register(CAREFUL)

        with patch("jobs.handlers.import_string", autospec=True) as load:
            handlers.load_all()

        paths = [call.args[0] for call in load.call_args_list]
        assert paths == [JUGGLING.path, CAREFUL.path, CAREFUL.discard_path]

    def test_refuses_to_load_a_path_that_leads_nowhere(self):
        for field in ("path", "discard_path"):
            handlers.register(replace(JUGGLING, **{field: "jobs.nowhere"}))

            with self.subTest(field), pytest.raises(ImportError):
                handlers.load_all()

    def test_tries_a_job_three_times_by_default(self):
        assert JUGGLING.max_attempts == 3

    def test_registers_nothing_by_default(self):
        assert Outcome(result={}).register() is None
