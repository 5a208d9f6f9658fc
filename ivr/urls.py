"""Pages of flows."""

from django.urls import path

from ivr.views import designer, flows, publishing, trying

app_name = "ivr"
urlpatterns = [
    path("", flows.listing, name="list"),
    path("begin/", flows.begin, name="begin"),
    path("<int:pk>/", designer.flow, name="flow"),
    path("<int:pk>/node/", designer.set_node, name="set_node"),
    path("<int:pk>/add/", designer.add, name="add"),
    path("<int:pk>/remove/", designer.remove, name="remove"),
    path("<int:pk>/undo/", designer.undo, name="undo"),
    path("<int:pk>/callers/", trying.callers, name="callers"),
    path("<int:pk>/ends/", designer.set_ends, name="set_ends"),
    path("<int:pk>/case/", trying.keep_case, name="keep_case"),
    path("<int:pk>/case/remove/", trying.remove_case, name="remove_case"),
    path("<int:pk>/replay/", trying.replay, name="replay"),
    path("<int:pk>/versions/", publishing.versions, name="versions"),
    path("<int:pk>/publish/", publishing.publish, name="publish"),
    path("<int:pk>/give/", publishing.give, name="give"),
    path("<int:pk>/answer/", publishing.answer, name="answer"),
    path("<int:pk>/silence/", publishing.silence, name="silence"),
]
