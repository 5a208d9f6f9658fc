"""Pages of deliveries."""

from django.urls import path

from . import pages

app_name = "deliveries"
urlpatterns = [
    path("", pages.deliveries, name="list"),
    path("<int:pk>/raw/", pages.raw, name="raw"),
]
