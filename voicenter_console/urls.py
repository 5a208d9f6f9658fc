"""The map of the site: hooks for Voicenter's cloud, the API for programs, pages for people."""

from django.contrib import admin
from django.contrib.auth import views as auth
from django.urls import include, path
from drf_spectacular.views import SpectacularAPIView, SpectacularSwaggerView

from calls import api as calls_api
from calls.hooks import CdrHook
from calls.popup.hook import PopUpHook
from calls.reports.urls import alert_patterns
from calls.vcc.hook import VccHook
from calls.views import board, desk, health
from dialer import api as dialer_api
from ivr import api as ivr_api
from ivr.hooks import IvrHook, LayerHook
from voicenter_console import views
from voicenter_console.webhooks import urls as deliveries

handler500 = "voicenter_console.views.server_error"

hooks = [
    path("cdr/", CdrHook.as_view(), name="cdr"),
    path("ivr/", IvrHook.as_view(), name="ivr"),
    path("popup/", PopUpHook.as_view(), name="popup"),
    path("vcc/", VccHook.as_view(), name="vcc"),
    path("layer/", LayerHook.as_view(), name="layer"),
]

# The page of deliveries speaks of calls too, which deliveries know nothing of.
delivery_health = [
    path("", health.page, name="list"),
    path("pull/", health.pull, name="pull"),
    path("clock/<int:pk>/", health.clock, name="clock"),
    *deliveries.urlpatterns,
]

the_board = [
    path("", board.page, name="board"),
    path("as-of/", board.as_of, name="as_of"),
]

the_desk = [
    path("", desk.desk, name="desk"),
    path("queue/", desk.my_queue, name="queue"),
    path("may-dial/", desk.may_dial, name="may_dial"),
    path("credentials/", desk.credentials, name="credentials"),
]

urlpatterns = [
    path("", views.home, name="home"),
    path("now/", views.home_now, name="home_now"),
    path("hooks/<str:token>/", include((hooks, "hooks"))),
    path("api/v1/", include(([*calls_api.urls, *dialer_api.urls, *ivr_api.urls], "api"))),
    path("api/schema/", SpectacularAPIView.as_view(), name="schema"),
    path("api/docs/", SpectacularSwaggerView.as_view(url_name="schema"), name="api_docs"),
    path("calls/", include("calls.urls")),
    path("contacts/", include("calls.contacts.urls")),
    path("recovery/", include("calls.recovery.urls")),
    path("board/", include((the_board, "board"))),
    path("campaigns/", include("dialer.urls")),
    path("desk/", include((the_desk, "desk"))),
    path("reports/", include("calls.reports.urls")),
    path("alerts/", include((alert_patterns, "alerts"))),
    path("ivr/", include("ivr.urls")),
    path("deliveries/", include((delivery_health, "deliveries"))),
    path("settings/connect/", include("calls.connect.urls")),
    path("jobs/", include("voicenter_console.jobs.urls")),
    path("sign-in/", auth.LoginView.as_view(redirect_authenticated_user=True), name="sign_in"),
    path("sign-out/", auth.LogoutView.as_view(), name="sign_out"),
    path("i18n/", include("django.conf.urls.i18n")),
    path("admin/", admin.site.urls),
    path("healthz", views.healthz, name="healthz"),
    path("readyz", views.readyz, name="readyz"),
    path("metrics", views.metrics, name="metrics"),
]
