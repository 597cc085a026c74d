from django.urls import path

from jobs.api.views import JobViewSet

urlpatterns = [
    path("jobs", JobViewSet.as_view({"get": "list"}), name="job-list"),
    path("jobs/<slug:pk>", JobViewSet.as_view({"get": "retrieve"}), name="job-detail"),
    path(
        "jobs/<slug:pk>/cancel",
        JobViewSet.as_view({"post": "cancel"}),
        name="job-cancel",
    ),
]
