from django.urls import path

from consent import proof_views, register_views, views

app_name = "consent"

urlpatterns = [
    path("", views.show_policy, name="policy"),
    path("versions/<int:number>/", views.show_version, name="version"),
    path("cookies/", register_views.show_cookies, name="cookies"),
    path("choices/", views.choices, name="choices"),
    path("choices/state.css", views.state_stylesheet, name="state"),
    path("choices/records/<uuid:pk>/", views.show_record, name="record"),
    path("choices/records/<uuid:pk>.json", proof_views.save_record, name="record_file"),
    path("choices/log/", proof_views.show_log, name="log"),
    path("choices/log.json", proof_views.show_head, name="log_head"),
    path("choices/log/key.pem", proof_views.show_key, name="log_key"),
    path("choices/log/keys/<slug:name>.pem", proof_views.show_key, name="log_key_by_name"),
    path("choices/log/verify.py", proof_views.show_verifier, name="log_verifier"),
]
