"""Pages of reports."""

from django.urls import path

from calls.views import reports

app_name = "reports"
urlpatterns = [
    path("", reports.report, name="queues"),
    path("<slug:name>/", reports.report, name="report"),
    path("<slug:name>/export.<str:form>", reports.export, name="export"),
]
