from django.urls import path

from inquiries import views

app_name = "inquiries"

urlpatterns = [
    path("", views.fill_in, name="form"),
    path("address/", views.look_up, name="address"),
    path("check/", views.check, name="check"),
    path("done/", views.send, name="done"),
]
