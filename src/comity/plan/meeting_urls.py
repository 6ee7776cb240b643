"""Route the pages of the group, its meetings, minutes and decisions; `comity.plan.urls` includes them."""

from django.urls import path

from comity.plan import calendar_views, decision_views, group_views, meeting_acts, meeting_views, minutes_views

_MEETING = "<uuid:channel>/meetings/<uuid:uuid>/"
urlpatterns = [
    path("group/", group_views.group, name="group"),
    path("group/propose/", group_views.propose, name="group-propose"),
    path("<uuid:channel>/group/<uuid:uuid>/member/", group_views.member, name="group-member"),
    path("<uuid:channel>/group/<uuid:uuid>/<uuid:proposal>/answer/", group_views.answer, name="group-answer"),
    path("meetings/", meeting_views.meetings, name="meetings"),
    path("meetings/list.csv", meeting_views.export, name="meetings-export"),
    path("meetings/new/", meeting_views.new, name="meeting-new"),
    path("meetings/drafts/<uuid:uid>/", meeting_views.draft, name="meeting-draft"),
    path(_MEETING, meeting_views.meeting, name="meeting"),
    path(_MEETING + "meeting.ics", calendar_views.meeting, name="meeting-ics"),
    path(_MEETING + "live/", meeting_views.live, name="meeting-live"),
    path(_MEETING + "write/", meeting_acts.write, name="meeting-write"),
    path(_MEETING + "lines/<slug:key>/", meeting_acts.correct, name="meeting-line"),
    path(_MEETING + "points/", meeting_acts.point, name="meeting-point"),
    path(_MEETING + "points/<slug:key>/mark/", meeting_acts.mark, name="meeting-mark"),
    path(_MEETING + "attendance/", meeting_acts.attend, name="meeting-attend"),
    path(_MEETING + "course/", meeting_acts.course, name="meeting-course"),
    path(_MEETING + "move/", meeting_acts.move, name="meeting-move"),
    path(_MEETING + "minutes/", meeting_acts.draft_minutes, name="meeting-minutes"),
    path(_MEETING + "<uuid:proposal>/answer/", meeting_acts.answer, name="meeting-answer"),
    path("<uuid:channel>/series/<uuid:uuid>/", meeting_views.series, name="series"),
    path("<uuid:channel>/series/<uuid:uuid>/days/", meeting_acts.series_days, name="series-days"),
    path("<uuid:channel>/series/<uuid:uuid>/series.ics", calendar_views.series, name="series-ics"),
    path("calendar/", calendar_views.calendar, name="calendar"),
    path("calendar/take/", calendar_views.take, name="calendar-take"),
    path("calendar/make/", calendar_views.make, name="calendar-make"),
    path("calendar/<slug:handle>/end/", calendar_views.end, name="calendar-end"),
    path("feed/<str:secret>/meetings.ics", calendar_views.feed, name="feed"),
    path("minutes/", minutes_views.every, name="minutes-list"),
    path("minutes/drafts/<uuid:uid>/", minutes_views.draft, name="minutes-draft"),
    path("<uuid:channel>/minutes/<uuid:uuid>/", minutes_views.minutes, name="minutes"),
    path("<uuid:channel>/minutes/<uuid:uuid>/answer/", minutes_views.answer, name="minutes-answer"),
    path("<uuid:channel>/minutes/<uuid:uuid>/minutes.pdf", minutes_views.pdf, name="minutes-pdf"),
    path("<uuid:channel>/minutes/<uuid:uuid>/minutes.docx", minutes_views.docx, name="minutes-docx"),
    path("decisions/", decision_views.register, name="decisions"),
    path("decisions/list.csv", decision_views.export, name="decisions-export"),
    path("decisions/new/", decision_views.new, name="decision-new"),
    path("<uuid:channel>/decisions/<uuid:uuid>/answer/", decision_views.answer, name="decision-answer"),
    path("<uuid:channel>/decisions/<uuid:uuid>/<slug:key>/", decision_views.decision, name="decision"),
    path("<uuid:channel>/decisions/<uuid:uuid>/<slug:key>/follow/", decision_views.follow, name="decision-follow"),
]
