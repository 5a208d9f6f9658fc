"""Pages of calls."""

from django.urls import path

from calls.vcc import pages
from calls.views import dial, exporting, log, saved, story

app_name = "calls"
urlpatterns = [
    path("", log.log, name="log"),
    path("newer/", log.newer, name="newer"),
    path("columns/", log.choose_columns, name="columns"),
    path("export/", exporting.ask, name="export"),
    path("exports/<int:pk>/", exporting.download, name="export_file"),
    path("views/", saved.save, name="view_save"),
    path("views/<int:pk>/", saved.change, name="view_change"),
    path("views/<int:pk>/remove/", saved.remove, name="view_remove"),
    path("views/<int:pk>/restore/", saved.restore, name="view_restore"),
    path("views/<int:pk>/prefer/", saved.prefer, name="view_prefer"),
    path("<int:pk>/", story.call, name="call"),
    path("dials/", dial.dial, name="dial"),
    path("dials/<uuid:pk>/", dial.progress, name="dial_progress"),
    path("dials/<uuid:pk>/hang-up/", dial.hang_up, name="hang_up"),
    path("awaited/<int:pk>/ask/", pages.ask_again, name="ask_again"),
    path("legs/<int:pk>/raw/", story.raw, name="raw"),
]
