"""Pages of the connection assistant."""

from django.urls import path

from calls.views import connect

app_name = "connect"
urlpatterns = [
    path("", connect.accounts, name="list"),
    path("new/", connect.new, name="new"),
    path("<int:pk>/check/", connect.check, name="check"),
    path("<int:pk>/skip/", connect.skip, name="skip"),
    path("<int:pk>/tokens/", connect.issue, name="issue"),
    path("<int:pk>/tokens/<int:token>/revoke/", connect.revoke, name="revoke"),
    path("<int:pk>/trust/", connect.trust, name="trust"),
    path("<int:pk>/enforce/", connect.enforce, name="enforce"),
    path("<int:pk>/<slug:name>/", connect.step, name="step"),
]
