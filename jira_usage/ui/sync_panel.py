"""The sync, on every page: the data's age, one button, progress, Cancel, and what came of it."""

from __future__ import annotations

import os
import time

import streamlit as st

from jira_usage import jobs
from jira_usage.coverage import accounts_words
from jira_usage.errors import KEPT, AuthenticationFailed
from jira_usage.jobs import Job
from jira_usage.metrics.words import plural
from jira_usage.period import DAY_MS, zone_names
from jira_usage.snapshot import Snapshot
from jira_usage.store import Store
from jira_usage.ui import brand, login
from jira_usage.ui.errors import icon_of, sentences
from jira_usage.ui.session import Session
from jira_usage.ui.text import age, duration, local_time, moment, safe, safe_name

DAYS_TO_SYNC = (30, 60, 90, 180)
POLL_SECONDS, IDLE_SECONDS = 0.5, 30
STALE_MS = DAY_MS
# Session state: the job whose end is to be told, and the failure that was put away.
WATCHED, DISMISSED = "sync_watched", "sync_dismissed"
REFRESHED = "sync_refreshed"  # the snapshot that this session's last sync made
SYNC_DAYS, SYNC_FULL = "sync_days", "sync_full"
STOPPING = "Stopping…"
OPTIONS, HOW_FAR = "Options", "How far back"
READ = {
    "users": "People",
    "groups": "Groups",
    "issues": "Issues",
    "histories": "Histories",
    "comments": "Comments",
    "work logs": "Work logs",
}


def show(signed: Session, snapshot: Snapshot | None) -> None:
    """The panel in the sidebar. It moves by itself while a sync runs."""
    job = jobs.latest(signed.job_key)
    running = job is not None and job.running
    _tell_the_end(job)
    draw = st.fragment(run_every=POLL_SECONDS if running else IDLE_SECONDS)(_panel)
    draw(signed, snapshot, running)


def show_large(signed: Session) -> None:
    """The first sync, large: how far it is, and what was read so far."""
    st.fragment(run_every=POLL_SECONDS)(_large)(signed)


def show_failure(signed: Session) -> None:
    """Why the last sync did not finish, until it is put away."""
    job = jobs.latest(signed.job_key)
    if job is None or job.error is None or st.session_state.get(DISMISSED) == job.id:
        return
    if job.state == "cancelled":
        return
    error = job.error
    st.warning(sentences(error), title=f"Last sync: {safe(error.title)}", icon=icon_of(error))
    if not login.is_administrator():
        return
    with st.container(horizontal=True):
        if isinstance(error, AuthenticationFailed):
            if st.button("Connect again", key="sync_reconnect", type="primary"):
                st.switch_page("pages/connect.py")
        else:
            st.button("Try again", key="sync_again", on_click=start, args=(signed,), type="primary")
        st.button("Dismiss", key="sync_dismiss", on_click=_dismiss, args=(job.id,))


def refused_token(signed: Session) -> AuthenticationFailed | None:
    """Why the last sync failed, where Jira no longer accepted the token."""
    job = jobs.latest(signed.job_key)
    if job is None or job.running or st.session_state.get(DISMISSED) == job.id:
        return None
    return job.error if isinstance(job.error, AuthenticationFailed) else None


def put_failure_away(signed: Session) -> None:
    """The last failure is over for this session: it has connected anew."""
    job = jobs.latest(signed.job_key)
    if job is not None and not job.running:
        _dismiss(job.id)


def show_stale(signed: Session, snapshot: Snapshot) -> None:
    """That the figures are old, and the way to newer ones: also where the sidebar is hidden."""
    job = jobs.latest(signed.job_key)
    if not is_stale(snapshot) or (job is not None and job.running):
        return
    st.warning(
        "People may have worked, joined or left since. What is shown was true then.",
        title=age_line(snapshot),
        icon=":material/schedule:",
    )
    if login.is_administrator():
        st.button(
            "Refresh now", icon=":material/sync:", key="stale_sync", on_click=start, args=(signed,)
        )


def start(signed: Session, *, full: bool | None = None, days: int = 0) -> None:
    """Starts a sync with the chosen options, or joins the one that runs.

    `days` are read where nobody has chosen others. Who may is asked again here: a button may be
    older than the list of administrators.
    """
    if not login.is_administrator():
        return
    state = st.session_state
    job = jobs.start_sync(
        signed.job_key,
        signed.connection,
        Store.open(os.environ),
        days=int(state.get(SYNC_DAYS) or days or DAYS_TO_SYNC[0]),
        full=bool(state.get(SYNC_FULL)) if full is None else full,
        timezone=browser_zone(),
    )
    state[WATCHED] = job.id
    state.pop(SYNC_FULL, None)


def options(snapshot: Snapshot) -> None:
    """What the next sync reads, and since when work is known."""
    with st.popover(OPTIONS, help="What the next sync reads", key="sync_options"):
        choose_days(snapshot)
        st.toggle(
            "Read everything again",
            key=SYNC_FULL,
            persist_state="session",
            help="Off: only what changed since the last sync is read. "
            "On, once: everything, for example after permissions were added.",
        )


def choose_days(snapshot: Snapshot | None) -> None:
    """How far back the next sync reads; beside data, how far back is known already."""
    synced = int(snapshot.meta["days"]) if snapshot else DAYS_TO_SYNC[0]
    usual = max(days for days in DAYS_TO_SYNC if days <= max(synced, DAYS_TO_SYNC[0]))
    days = st.selectbox(
        HOW_FAR,
        DAYS_TO_SYNC,
        index=DAYS_TO_SYNC.index(usual),
        format_func=_days_name,
        key=SYNC_DAYS,
        persist_state="session",
        width=240,
        help="Verdicts look back 90 days: the more is known, the surer they are. "
        "More days take longer, once.",
    )
    if snapshot is None:
        st.caption("It can be made deeper later: then all of these days are read, once.")
        return
    known = (snapshot.as_of_ms - snapshot.covered_from_ms) // DAY_MS
    since = moment(snapshot.covered_from_ms, browser_zone())
    told = f"Work is known for {plural(known, 'day')}, since {since}."
    if int(days or usual) > known:
        told += " The next sync reads all the chosen days again, once."
    st.caption(told)


def days_for(most: int) -> int:
    """The days to sync that reach so far back; the most that can be chosen where none do."""
    return next((days for days in DAYS_TO_SYNC if days >= most), DAYS_TO_SYNC[-1])


def deeper_words(days: int) -> str:
    """How so many days are synced, in the words of the sidebar."""
    if not login.is_administrator():
        return "an administrator of this app can."
    return (
        f"under {OPTIONS} beside Refresh in the sidebar, set “{HOW_FAR}” to “{_days_name(days)}”, "
        "then click Refresh."
    )


def browser_zone() -> str:
    """The zone of the person's browser, UTC where it does not tell a real one."""
    told = st.context.timezone
    return told if told in zone_names() else "UTC"


def is_stale(snapshot: Snapshot) -> bool:
    return time.time() * 1000 - snapshot.as_of_ms > STALE_MS


def age_line(snapshot: Snapshot) -> str:
    """“Data as of 14:03 (2 min ago)”, or of a date, by the browser's clock: one short line."""
    now, zone = time.time(), browser_zone()
    at, today = local_time(snapshot.as_of_ms, zone), local_time(int(now * 1000), zone).date()
    when = f"{at:%H:%M}" if at.date() == today else f"{at:%b} {at.day}"
    return f"Data as of {when} ({age(now - snapshot.as_of_ms / 1000)})"


def _panel(signed: Session, snapshot: Snapshot | None, running: bool) -> None:
    login.recheck()
    brand.recheck()
    job = jobs.latest(signed.job_key)
    if (job is not None and job.running) != running:
        st.rerun()
    st.markdown(f"**{safe_name(signed.site_name)}**")
    if snapshot is None:
        st.caption("Nothing synced yet")
    else:
        st.caption(age_line(snapshot))
        if is_stale(snapshot) and not running:
            st.badge("Older than a day", icon=":material/schedule:", color="orange")
    if job is not None and running:
        _progress(job)
        return
    if login.is_administrator():
        _start_button(signed, snapshot)
    if snapshot and st.session_state.get(REFRESHED) == snapshot.id:
        st.page_link("pages/changes.py", label="See what changed", icon=":material/difference:")
    if job is not None and job.state in ("failed", "cancelled"):
        ended = age(time.time() - (job.ended_at or job.started_at))
        word = "Stopped" if job.state == "cancelled" else "Last sync failed"
        kept = " Earlier data is kept." if snapshot else ""
        st.caption(f":material/info: {word} {ended}.{kept}")


def _start_button(signed: Session, snapshot: Snapshot | None) -> None:
    with st.container(horizontal=True):
        st.button(
            "Refresh" if snapshot else "Sync now",
            icon=":material/sync:",
            key="sync_start",
            on_click=start,
            args=(signed,),
            width="stretch",
            help="Read what changed since the last sync" if snapshot else "Read the site",
        )
        if snapshot:  # before the first sync the page itself asks
            options(snapshot)


def _progress(job: Job) -> None:
    st.session_state[WATCHED] = job.id
    st.progress(job.share, text=_stage(job))
    with st.container(horizontal=True, vertical_alignment="center"):
        st.caption(_how_far(job), width="stretch")
        _cancel_button(job, "sync_cancel")


def _large(signed: Session) -> None:
    login.recheck()
    job = jobs.latest(signed.job_key)
    if job is None or not job.running:
        st.rerun()
    st.session_state[WATCHED] = job.id
    with st.container(border=True):
        st.header(f"First sync of {safe_name(signed.site_name)}", anchor=False)
        st.progress(job.share, text=_stage(job))
        with st.grid(min_column_width=120):
            for name, label in READ.items():
                st.metric(label, f"{job.progress.done.get(name, 0):,}")
        with st.container(
            horizontal=True, horizontal_alignment="distribute", vertical_alignment="center"
        ):
            st.caption(f"{_how_far(job)}. You may open other pages meanwhile.")
            _cancel_button(job, "sync_cancel_large")


def _cancel_button(job: Job, key: str) -> None:
    if not login.is_administrator():
        return
    stopping = job.cancel.is_set()
    st.button(
        STOPPING if stopping else "Cancel",
        key=key,
        on_click=_cancel,
        args=(job,),
        disabled=stopping,
        icon=":material/stop_circle:",
        type="tertiary",
    )


def _cancel(job: Job) -> None:
    if login.is_administrator():
        job.cancel.set()


def _stage(job: Job) -> str:
    """What it does, as Markdown: from the click on Cancel on, it stops."""
    return STOPPING if job.cancel.is_set() else safe(job.progress.message)


def _how_far(job: Job) -> str:
    told = [duration(job.seconds)]
    if job.progress.requests:
        told.append(plural(job.progress.requests, "request"))
    if job.seconds_left is not None and not job.cancel.is_set():
        told.append(f"about {max(1, round(job.seconds_left))} s left")
    return " · ".join(told)


def _tell_the_end(job: Job | None) -> None:
    """A toast when the sync that this session watched has ended; once."""
    if job is None or job.running or st.session_state.get(WATCHED) != job.id:
        return
    del st.session_state[WATCHED]
    done = job.summary
    if job.state == "cancelled":
        st.toast(f"Sync stopped. {KEPT}", icon=":material/cancel:")
    elif done is None:
        st.toast("The sync did not finish. The page says why.", icon=":material/error:")
    else:
        new = f"{plural(done.new_acts, 'new act')}" if done.new_acts else "nothing new"
        accounts = accounts_words(done.users, done.coverage["users"])
        first = f"{accounts}, {plural(done.acts, 'act')}"
        what = first if done.mode == "full" else new
        if done.mode != "full":
            st.session_state[REFRESHED] = done.snapshot_id
        st.toast(
            f"**Up to date:** {what}. {duration(done.duration_s)}, "
            f"{plural(done.requests, 'request')}.",
            icon=":material/check_circle:",
            duration="long",
        )


def _dismiss(job_id: int) -> None:
    st.session_state[DISMISSED] = job_id


def _days_name(days: int) -> str:
    return f"Last {days} days"
