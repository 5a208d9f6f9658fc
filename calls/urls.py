"""Pages of calls."""

from django.urls import path

from calls.views import dial, log, story

app_name = "calls"
urlpatterns = [
    path("", log.log, name="log"),
    path("newer/", log.newer, name="newer"),
    path("<int:pk>/", story.call, name="call"),
    path("dials/", dial.dial, name="dial"),
    path("dials/<uuid:pk>/", dial.progress, name="dial_progress"),
    path("dials/<uuid:pk>/hang-up/", dial.hang_up, name="hang_up"),
    path("legs/<int:pk>/raw/", story.raw, name="raw"),
]
