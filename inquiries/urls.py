from django.urls import path

from inquiries import status_views, views

app_name = "inquiries"

urlpatterns = [
    path("", views.fill_in, name="form"),
    path("address/", views.look_up, name="address"),
    path("check/", views.check, name="check"),
    path("done/", views.send, name="done"),
    path("done/receipt/", views.save_receipt, name="receipt"),
    path("status/", status_views.status, name="status"),
    path("status/message/", status_views.send_message, name="status_message"),
    path("status/correct/", status_views.correct, name="status_correct"),
    path("status/correct/save/", status_views.save_correction, name="status_correct_save"),
    path("status/request/", status_views.make_request, name="status_request"),
    path("status/request/send/", status_views.send_request, name="status_request_send"),
    path("status/publish/", status_views.publish_name, name="status_publish"),
    path("status/withdraw/", status_views.ask_to_withdraw, name="status_withdraw"),
    path("status/withdraw/confirm/", status_views.withdraw, name="status_withdraw_confirm"),
    path("status/erase/", status_views.ask_to_erase, name="status_erase"),
    path("status/erase/confirm/", status_views.erase, name="status_erase_confirm"),
    path("status/save/json/", status_views.save_json, name="status_json"),
    path("status/save/page/", status_views.save_page, name="status_page"),
]
