"""Pages of flows."""

from django.urls import path

from ivr.views import designer, flows, trying

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
]
