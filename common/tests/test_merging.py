from django.test import SimpleTestCase

from common.merging import merge_patch

# The examples of RFC 7396's appendix A in which target and patch are objects.
EXAMPLES = [
    ({"a": "b"}, {"a": "c"}, {"a": "c"}),
    ({"a": "b"}, {"b": "c"}, {"a": "b", "b": "c"}),
    ({"a": "b"}, {"a": None}, {}),
    ({"a": "b", "b": "c"}, {"a": None}, {"b": "c"}),
    ({"a": ["b"]}, {"a": "c"}, {"a": "c"}),
    ({"a": "c"}, {"a": ["b"]}, {"a": ["b"]}),
    ({"a": {"b": "c"}}, {"a": {"b": "d", "c": None}}, {"a": {"b": "d"}}),
    ({"a": [{"b": "c"}]}, {"a": [1]}, {"a": [1]}),
    ({"e": None}, {"a": 1}, {"e": None, "a": 1}),
    ({}, {"a": {"bb": {"ccc": None}}}, {"a": {"bb": {}}}),
]


class MergePatchTests(SimpleTestCase):
    def test_does_what_rfc_7396_shows(self):
        for target, patch, result in EXAMPLES:
            with self.subTest(target=target, patch=patch):
                assert merge_patch(target, patch) == result

    def test_replaces_by_an_object_what_was_none(self):
        assert merge_patch({"a": "b"}, {"a": {"c": 1}}) == {"a": {"c": 1}}

    def test_keeps_null_inside_of_lists(self):
        assert merge_patch({}, {"a": [None, {"b": None}]}) == {"a": [None, {"b": None}]}

    def test_keeps_falsy_values(self):
        patch = {"a": 0, "b": "", "c": False, "d": []}

        assert merge_patch({"a": 1}, patch) == patch

    def test_leaves_its_arguments_alone(self):
        target, patch = {"a": {"b": 1}}, {"a": {"b": None, "c": 2}}

        merge_patch(target, patch)

        assert target == {"a": {"b": 1}}
        assert patch == {"a": {"b": None, "c": 2}}
