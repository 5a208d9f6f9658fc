"""Pages of contacts."""

from django.urls import path

from calls.views import contact_imports, contacts, erasure

app_name = "contacts"
urlpatterns = [
    path("", contacts.contacts, name="list"),
    path("new/", contacts.new, name="new"),
    path("choose/", contacts.choose, name="choose"),
    path("<int:pk>/", contacts.contact, name="contact"),
    path("<int:pk>/edit/", contacts.edit, name="edit"),
    path("<int:pk>/delete/", contacts.delete, name="delete"),
    path("<int:pk>/compare/", contacts.compare, name="compare"),
    path("<int:pk>/merge/", contacts.merge, name="merge"),
    path("merges/<int:pk>/undo/", contacts.part, name="part"),
    path("import/", contact_imports.bring, name="import"),
    path("imports/<int:pk>/", contact_imports.imported, name="imported"),
    path("imports/<int:pk>/look/", contact_imports.look, name="import_look"),
    path("imports/<int:pk>/start/", contact_imports.start, name="import_start"),
    path("imports/<int:pk>/undo/", contact_imports.undo, name="import_undo"),
    path("imports/<int:pk>/errors.csv", contact_imports.errors, name="import_errors"),
    path("erase/", erasure.erase, name="erase"),
    path("erasures/<int:pk>/", erasure.erasure, name="erasure"),
    path("erasures/<int:pk>/certificate.json", erasure.certificate, name="certificate"),
]
