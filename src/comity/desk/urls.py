"""Route the desk's pages."""

from django.urls import path

from comity.desk import record_views, views

app_name = "desk"
urlpatterns = [
    path("", views.front, name="front"),
    path("sign-in/", views.SignIn.as_view(), name="sign-in"),
    path("sign-out/", views.SignOut.as_view(), name="sign-out"),
    path("welcome/<uidb64>/<token>/", views.Welcome.as_view(), name="welcome"),
    path("me/", views.me, name="me"),
    path("me/password/", views.ChangePassword.as_view(), name="password"),
    path("choose/", views.choose, name="choose"),
    path("why/", views.why, name="why"),
    path("appearance/", views.appearance, name="appearance"),
    path("agreement/", record_views.agreement, name="agreement"),
    path("agreement/explain/", record_views.explain, name="explain"),
    path("agreement/text/<digest>/", record_views.agreement, name="agreement-text"),
    path("journal/", record_views.journal, name="journal"),
    path("journal/verify/", record_views.verify, name="verify"),
    path("alarms/", record_views.alarms, name="alarms"),
    path("alarms/<int:alarm_id>/handle/", record_views.handle, name="handle-alarm"),
    path("alarms/<int:alarm_id>/evidence/", record_views.evidence, name="evidence"),
    path("status/", record_views.status, name="status"),
]
