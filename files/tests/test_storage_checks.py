from django.core.checks import run_checks
from django.test import SimpleTestCase, override_settings

BUCKET = {"S3_BUCKET": "files", "S3_ACCESS_KEY_ID": "a", "S3_SECRET_ACCESS_KEY": "b"}


def found():
    return {
        one.id for one in run_checks() if one.id in ("platform.E003", "platform.W002")
    }


class StorageCheckTests(SimpleTestCase):
    def test_takes_a_folder_and_a_whole_bucket(self):
        assert found() == set()
        with override_settings(**BUCKET):
            assert found() == set()

    def test_refuses_half_a_bucket(self):
        for missing in ("S3_ACCESS_KEY_ID", "S3_SECRET_ACCESS_KEY"):
            with self.subTest(missing), override_settings(**{**BUCKET, missing: ""}):
                assert found() == {"platform.E003"}

    @override_settings(S3_ENDPOINT_URL="https://s3.example.com")
    def test_refuses_an_endpoint_without_a_bucket(self):
        assert found() == {"platform.E003"}

    @override_settings(STORAGE_QUOTA_MB=600, USER_QUOTA_MB=500)
    def test_warns_of_a_user_who_can_fill_the_storage(self):
        assert found() == {"platform.W002"}
