"""Route the desk's pages."""

from django.urls import path

from comity.desk import key_views, record_views, sign_in_views, views

app_name = "desk"
urlpatterns = [
    path("", views.front, name="front"),
    path("sign-in/", sign_in_views.SignIn.as_view(), name="sign-in"),
    path("sign-in/second/", sign_in_views.second, name="second"),
    path("sign-in/passkey/", sign_in_views.passkey, name="passkey"),
    path("sign-in/passkey/challenge/", sign_in_views.passkey_options, name="passkey-challenge"),
    path("sign-out/", sign_in_views.SignOut.as_view(), name="sign-out"),
    path("welcome/<uidb64>/<token>/", sign_in_views.Welcome.as_view(), name="welcome"),
    path("me/", key_views.me, name="me"),
    path("me/password/", sign_in_views.ChangePassword.as_view(), name="password"),
    path("me/keys/", key_views.keys, name="keys"),
    path("me/keys/codes/", key_views.codes, name="codes"),
    path("me/keys/passkey/", key_views.add_passkey, name="add-passkey"),
    path("me/keys/passkey/challenge/", key_views.passkey_options, name="new-passkey-challenge"),
    path("me/keys/recovery/", key_views.new_codes, name="recovery"),
    path("me/keys/<int:factor>/remove/", key_views.remove, name="remove-key"),
    path("me/sessions/end/", key_views.end, name="end-session"),
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
