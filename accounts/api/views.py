from drf_spectacular.utils import extend_schema
from rest_framework import status
from rest_framework.generics import GenericAPIView
from rest_framework.permissions import AllowAny
from rest_framework.response import Response
from rest_framework.viewsets import GenericViewSet

from accounts.api import serializers
from accounts.models import Session, User
from accounts.signing_in import sign_in
from accounts.signing_up import sign_up
from common.merging import merge_into

# Free-form objects are the largest that is sent here, and two of them fit.
SMALL_BODY_BYTES = 65_536


class SignUpView(GenericAPIView):
    max_body_bytes = SMALL_BODY_BYTES
    serializer_class = serializers.SignUpSerializer
    authentication_classes = []
    permission_classes = [AllowAny]
    rate_limit = "user-create"
    error_codes = {"post": [403, 409]}

    @extend_schema(responses={201: serializers.UserAnswerSerializer})
    def post(self, request):
        """Sign up with an e-mail address and a password."""
        form = self.get_serializer(data=request.data)
        form.is_valid(raise_exception=True)
        user = sign_up(**form.validated_data)
        answer = {"user": serializers.UserSerializer(user).data}
        return Response(answer, status=status.HTTP_201_CREATED)


class SignInView(GenericAPIView):
    max_body_bytes = SMALL_BODY_BYTES
    serializer_class = serializers.SignInSerializer
    authentication_classes = []
    permission_classes = [AllowAny]
    rate_limit = "session-create"
    error_codes = {"post": [401]}

    @extend_schema(responses={201: serializers.SignedInSerializer})
    def post(self, request):
        """Sign in: open a session of 24 hours. The token is shown this once."""
        form = self.get_serializer(data=request.data)
        form.is_valid(raise_exception=True)
        session, session.token = sign_in(request, **form.validated_data)
        answer = serializers.SignedInSerializer(session).data
        return Response(answer, status=status.HTTP_201_CREATED)


class UserViewSet(GenericViewSet):
    max_body_bytes = SMALL_BODY_BYTES
    queryset = User.objects.all()
    serializer_class = serializers.UserSerializer
    list_name = "sessions"
    rate_limit = {
        "retrieve": "user-read",
        "update": "user-update",
        "sessions": "user-sessions",
    }
    error_codes = {"sessions": [400]}

    def get_queryset(self):
        return User.objects.visible_to(self.request.user)

    @extend_schema(responses=serializers.UserAnswerSerializer)
    def retrieve(self, request, pk):
        """The profile and statistics of a user."""
        return Response(self._answer(self.get_object()))

    @extend_schema(responses=serializers.UserAnswerSerializer)
    def update(self, request, pk):
        """Merge metadata and preferences into what is there; null removes a key."""
        user = self.get_object()
        form = self.get_serializer(user, data=request.data, partial=True)
        form.is_valid(raise_exception=True)
        merge_into(user, **form.validated_data)
        return Response(self._answer(user))

    @extend_schema(
        responses=serializers.SessionListItemSerializer(many=True), filters=False
    )
    def sessions(self, request, pk):
        """The sessions of a user that have not ended, newest first."""
        page = self.paginate_queryset(self.get_object().sessions.active())
        items = serializers.SessionListItemSerializer(page, many=True)
        return self.get_paginated_response(items.data)

    def _answer(self, user: User) -> dict:
        return {"user": self.get_serializer(user).data}


class SessionViewSet(GenericViewSet):
    max_body_bytes = SMALL_BODY_BYTES
    queryset = Session.objects.all()
    serializer_class = serializers.SessionSerializer
    rate_limit = {
        "retrieve": "session-read",
        "update": "session-update",
        "destroy": "session-delete",
    }

    def get_queryset(self):
        sessions = Session.objects.active().visible_to(self.request.user)
        return sessions.select_related("user")

    @extend_schema(responses=serializers.SessionAnswerSerializer)
    def retrieve(self, request, pk):
        """A session, what the client keeps in it, and its user."""
        session = self.get_object()
        return Response(
            serializers.SessionAnswerSerializer(
                {"session": session, "user": session.user}
            ).data
        )

    @extend_schema(responses=serializers.SessionChangedSerializer)
    def update(self, request, pk):
        """Merge data and metadata into what is there; null removes a key."""
        session = self.get_object()
        form = self.get_serializer(session, data=request.data, partial=True)
        form.is_valid(raise_exception=True)
        merge_into(session, **form.validated_data)
        return Response({"sessionId": session.pk, "message": "Session updated."})

    @extend_schema(responses={200: serializers.MessageSerializer})
    def destroy(self, request, pk):
        """Sign out: the session's token stops working at once."""
        self.get_object().revoke()
        return Response({"message": "Session ended."})
