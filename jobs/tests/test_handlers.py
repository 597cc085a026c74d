from unittest.mock import patch

import pytest
from django.test import SimpleTestCase

from common.exceptions import ApplicationError
from jobs import handlers
from jobs.exceptions import UnknownKind
from jobs.handlers import Handler, Outcome
from jobs.tests.factories import registered

JUGGLING = Handler(kind="juggling", type="testing", path="jobs.tests.test_handlers.run")


def run(job):
    return Outcome(result={})


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

    def test_loads_the_functions_of_all_kinds(self):
        handlers.register(JUGGLING)

        with patch("jobs.handlers.import_string", autospec=True) as load:
            handlers.load_all()

        load.assert_any_call(JUGGLING.path)
        assert load.call_count == len(handlers._handlers)

    def test_refuses_to_load_a_path_that_leads_nowhere(self):
        handlers.register(Handler(kind="x", type="testing", path="jobs.nowhere"))

        with pytest.raises(ImportError):
            handlers.load_all()

    def test_tries_a_job_three_times_by_default(self):
        assert JUGGLING.max_attempts == 3

    def test_registers_and_discards_nothing_by_default(self):
        outcome = Outcome(result={})

        assert outcome.register() is None
        assert outcome.discard() is None
