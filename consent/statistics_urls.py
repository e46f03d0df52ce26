from django.urls import path, register_converter
from django.urls.converters import StringConverter

from consent import statistics_views


class MonthConverter(StringConverter):
    regex = "[0-9]{4}-(?:0[1-9]|1[0-2])"


register_converter(MonthConverter, "month")

app_name = "statistics"

urlpatterns = [
    path("", statistics_views.show_all, name="all"),
    path("figures.csv", statistics_views.as_csv, name="csv"),
    path("figures.json", statistics_views.as_json, name="json"),
    path("<month:month>/", statistics_views.show_month, name="month"),
]
