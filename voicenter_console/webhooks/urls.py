"""Acts upon deliveries. The page itself knows calls, so it is added on the roof."""

from django.urls import path

from . import pages

urlpatterns = [
    path("<int:pk>/raw/", pages.raw, name="raw"),
    path("replay/", pages.replay_letters, name="replay"),
    path("set-aside/", pages.set_aside, name="set_aside"),
    path("put-back/", pages.put_back, name="put_back"),
    path("addresses/<int:pk>/admit/", pages.admit, name="admit"),
]
