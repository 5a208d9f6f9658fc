"""Pages of campaigns."""

from django.urls import path

from dialer import views

app_name = "campaigns"
urlpatterns = [
    path("", views.listing, name="list"),
    path("<int:pk>/", views.campaign, name="campaign"),
    path("<int:pk>/<slug:kind>/", views.act, name="act"),
]
