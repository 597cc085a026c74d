from django.contrib import admin
from django.contrib.auth.views import LoginView, LogoutView
from django.urls import include, path, re_path
from django.views.generic import RedirectView
from drf_spectacular.views import SpectacularAPIView, SpectacularSwaggerView

from common.api.login_limits import limit_logins
from common.api.views import UnknownRouteView
from monitoring.api.views import HealthView

admin.site.site_header = admin.site.site_title = "H&S platform"
admin.site.index_title = "Operations"
admin.site.login = limit_logins(admin.site.login)

# DRF's browsable pages link to these by name, in its own namespace.
sign_in = LoginView.as_view(template_name="rest_framework/login.html")
login_urls = [
    path("login", limit_logins(sign_in), name="login"),
    path("logout", LogoutView.as_view(), name="logout"),
]

urlpatterns = [
    path("", RedirectView.as_view(url="/api/docs"), name="home"),
    path("health", HealthView.as_view(), name="health"),
    path("admin/", admin.site.urls),
    path("auth/", include((login_urls, "rest_framework"))),
    path("api/schema", SpectacularAPIView.as_view(), name="schema"),
    path("api/docs", SpectacularSwaggerView.as_view(url_name="schema"), name="docs"),
    path("api/", include("accounts.api.urls")),
    path("api/", include("jobs.api.urls")),
    path("api/", include("files.api.urls")),
    re_path(r"^api(/[\s\S]*)?$", UnknownRouteView.as_view(), name="unknown-route"),
]

handler400 = "common.api.errors.bad_request"
handler403 = "common.api.errors.permission_denied"
handler404 = "common.api.errors.not_found"
handler500 = "common.api.errors.server_error"
