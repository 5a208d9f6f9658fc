from django.contrib.admin.apps import AdminConfig


class BackOfficeConfig(AdminConfig):
    default_site = "voicenter_console.organisation.back_office.BackOffice"
