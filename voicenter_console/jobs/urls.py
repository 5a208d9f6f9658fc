"""Pages of jobs."""

from django.urls import path

from . import pages

app_name = "jobs"
urlpatterns = [
    path("", pages.drawer, name="list"),
    path("button/", pages.button, name="button"),
    path("<int:pk>/cancel/", pages.cancel, name="cancel"),
]
