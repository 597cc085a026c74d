from django.urls import path

from platform_project.urls import (  # noqa: F401
    handler400,
    handler403,
    handler404,
    handler500,
    urlpatterns,
)
from tests.chaos.views import ChaosView, StockTaskView

urlpatterns = [
    path("api/chaos/stock", StockTaskView.as_view()),
    path("api/chaos/stock/<slug:pk>", StockTaskView.as_view()),
    path("api/chaos/<slug:kind>", ChaosView.as_view()),
    *urlpatterns,
]
