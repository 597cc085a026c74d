from django.urls import path

from jobs.api import views

JOB = views.JobViewSet.as_view
LANE = views.LaneViewSet.as_view
SECRET = views.WebhookSecretViewSet.as_view
DELIVERY = views.DeliveryViewSet.as_view

one_job = {"get": "retrieve", "patch": "partial_update", "delete": "destroy"}

urlpatterns = [
    path("jobs", JOB({"get": "list"}), name="job-list"),
    path("jobs/stats", JOB({"get": "statistics"}), name="job-statistics"),
    path("jobs/lanes", LANE({"get": "retrieve"}), name="lane-list"),
    path("jobs/lanes/<slug:name>/pause", LANE({"post": "pause"}), name="lane-pause"),
    path("jobs/lanes/<slug:name>/resume", LANE({"post": "resume"}), name="lane-resume"),
    path("jobs/<slug:pk>", JOB(one_job), name="job-detail"),
    path("jobs/<slug:pk>/cancel", JOB({"post": "cancel"}), name="job-cancel"),
    path("jobs/<slug:pk>/retry", JOB({"post": "retry"}), name="job-retry"),
    path("jobs/<slug:pk>/events", JOB({"get": "events"}), name="job-events"),
    path("webhooks/secret", SECRET({"get": "retrieve"}), name="webhook-secret"),
    path(
        "webhooks/secret/rotate",
        SECRET({"post": "rotate"}),
        name="webhook-secret-rotate",
    ),
    path("webhooks/deliveries", DELIVERY({"get": "list"}), name="delivery-list"),
    path(
        "webhooks/deliveries/<slug:pk>/retry",
        DELIVERY({"post": "retry"}),
        name="delivery-retry",
    ),
]
