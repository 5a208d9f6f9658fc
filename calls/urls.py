"""Pages of calls."""

from django.urls import path

from calls.views import log, story

app_name = "calls"
urlpatterns = [
    path("", log.log, name="log"),
    path("newer/", log.newer, name="newer"),
    path("<int:pk>/", story.call, name="call"),
    path("legs/<int:pk>/raw/", story.raw, name="raw"),
]
