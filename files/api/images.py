"""Where an image of a document comes from: the request, or the caller's files."""

from rest_framework import serializers

from common.api.serializers import CamelCaseSerializer
from common.exceptions import ApplicationError
from files.documents.pictures import decode
from files.images import IMAGE_TYPES, identify
from files.models import StoredFile


class ImageSourceSerializer(CamelCaseSerializer):
    """An image: `data` as a data URI, or the `fileName` of one of the caller's files.

    Nothing is ever fetched from an address.
    """

    data = serializers.CharField(
        required=False,
        help_text="`data:image/png;base64,…`; PNG, JPEG or SVG.",
    )
    file_name = serializers.CharField(
        required=False, max_length=80, help_text="A file that was uploaded or made."
    )

    def validate_data(self, uri):
        try:
            identify(decode(uri))
        except ApplicationError as error:
            raise serializers.ValidationError(error.message) from None
        return uri

    def validate(self, attrs):
        attrs = super().validate(attrs)
        if ("data" in attrs) == ("file_name" in attrs):
            message = "Send either data or fileName."
            raise serializers.ValidationError({"data": [message]})
        return attrs


def check_stored_images(names: dict[str, str], user) -> None:
    """Refuse names of files that are not there, not the user's, or no images.

    `names` are file names by the field that has them. Raises ValidationError.
    """
    visible = StoredFile.objects.visible_to(user).filter(type__in=IMAGE_TYPES)
    found = set(
        visible.filter(owner=user, file_name__in=set(names.values())).values_list(
            "file_name", flat=True
        )
    )
    message = "None of your files is an image of this name. Upload it first."
    if missing := {
        field: [message] for field, name in names.items() if name not in found
    }:
        raise serializers.ValidationError(missing)
