"""Pages of recoveries."""

from django.urls import path

from calls.views import recovery

app_name = "recovery"
urlpatterns = [
    path("", recovery.page, name="board"),
    path("list/", recovery.listing, name="list"),
    path("figures/<str:name>/", recovery.figure, name="figure"),
    path("present/", recovery.present, name="present"),
    path("next/", recovery.call_next, name="call_next"),
    path("<int:pk>/call/", recovery.call, name="call"),
    path("<int:pk>/claim/", recovery.claim, name="claim"),
    path("<int:pk>/release/", recovery.release, name="release"),
    path("<int:pk>/snooze/", recovery.snooze, name="snooze"),
    path("<int:pk>/close/", recovery.close, name="close"),
    path("<int:pk>/undo/", recovery.undo, name="undo"),
]
