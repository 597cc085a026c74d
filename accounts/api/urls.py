from django.urls import path

from accounts.api.views import (
    SessionViewSet,
    SignInView,
    SignUpView,
    UserViewSet,
)

urlpatterns = [
    path("users", SignUpView.as_view(), name="user-list"),
    path(
        "users/<slug:pk>",
        UserViewSet.as_view({"get": "retrieve", "put": "update"}),
        name="user-detail",
    ),
    path(
        "users/<slug:pk>/sessions",
        UserViewSet.as_view({"get": "sessions"}),
        name="user-sessions",
    ),
    path("sessions", SignInView.as_view(), name="session-list"),
    path(
        "sessions/<slug:pk>",
        SessionViewSet.as_view(
            {"get": "retrieve", "put": "update", "delete": "destroy"}
        ),
        name="session-detail",
    ),
]
