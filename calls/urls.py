"""Pages of calls."""

from django.urls import path

from calls.vcc import pages
from calls.views import annotations, dial, exporting, log, recordings, saved, story

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
    path("<int:pk>/ask-again/", story.ask_again, name="ask_voicenter"),
    path("<int:pk>/notes/", annotations.write, name="note_write"),
    path("<int:pk>/disposition/", annotations.dispose, name="dispose"),
    path("<int:pk>/heard/", recordings.heard, name="heard"),
    path("notes/<int:pk>/", annotations.rewrite, name="note_rewrite"),
    path("notes/<int:pk>/remove/", annotations.remove, name="note_remove"),
    path("notes/<int:pk>/restore/", annotations.restore, name="note_restore"),
    path("legs/<int:pk>/ticket/", recordings.ticket, name="ticket"),
    path("legs/<int:pk>/waveform/", recordings.waveform, name="waveform"),
    path("recordings/<str:text>/", recordings.listen, name="audio"),
    path("dials/", dial.dial, name="dial"),
    path("dials/<uuid:pk>/", dial.progress, name="dial_progress"),
    path("dials/<uuid:pk>/hang-up/", dial.hang_up, name="hang_up"),
    path("awaited/<int:pk>/ask/", pages.ask_again, name="ask_again"),
    path("legs/<int:pk>/raw/", story.raw, name="raw"),
]
