"""Pages of reports."""

from django.urls import path

from calls.views import alerts, reports

app_name = "reports"
urlpatterns = [
    path("", reports.report, name="queues"),
    path("<slug:name>/", reports.report, name="report"),
    path("<slug:name>/export.<str:form>", reports.export, name="export"),
]

# A line of its own in the rail, so an address of its own.
alert_patterns = [
    path("", alerts.page, name="list"),
    path("save/", alerts.save, name="save"),
    path("<int:pk>/end/", alerts.end, name="end"),
    path("mail/", alerts.mail, name="mail"),
    path("mail/<int:pk>/end/", alerts.end_mail, name="end_mail"),
]
