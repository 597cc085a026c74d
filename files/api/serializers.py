from rest_framework import serializers

from common.api.serializers import CamelCaseModelSerializer
from files.models import StoredFile


class StoredFileSerializer(CamelCaseModelSerializer):
    url = serializers.CharField()
    job_id = serializers.CharField(allow_null=True)

    class Meta:
        model = StoredFile
        fields = [
            "file_name",
            "display_name",
            "url",
            "type",
            "size",
            "created_at",
            "modified_at",
            "job_id",
        ]
