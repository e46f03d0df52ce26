from django.urls import path

from consent import register_views, views

app_name = "consent"

urlpatterns = [
    path("", views.show_policy, name="policy"),
    path("versions/<int:number>/", views.show_version, name="version"),
    path("cookies/", register_views.show_cookies, name="cookies"),
    path("choices/", views.choices, name="choices"),
    path("choices/state.css", views.state_stylesheet, name="state"),
    path("choices/records/<uuid:pk>/", views.show_record, name="record"),
]
