jobs = Resends
jobs-lead = What was sent again in bulk, and how far that is.
jobs-none = Nothing was sent again in bulk yet
jobs-none-lead = When an endpoint was down, everything it missed can be sent again at a pace it can take.
job-new = Send again
job-new-lead = Count first, choose a pace, then begin. What is known to have arrived is not sent again.
job-title = Sending again
job-what = What
job-when = Since
job-until = Until
job-since = Since { $since }
job-all-kept = Everything that is kept
job-both = failed or cancelled
job-last-answer = Last answer
job-recount = Count
job-count = { $count ->
    [one] One delivery would be sent again.
   *[other] { $said } deliveries would be sent again.
}
job-count-least = { $count ->
    [one] At least one delivery would be sent again.
   *[other] At least { $said } deliveries would be sent again.
}
job-count-none = Nothing is to be sent again
job-count-none-lead = Nothing fits that has not arrived or is not on its way again already.
job-leaves-out = Left out
job-begin = { $count ->
    [one] Send it again
   *[other] Send { $said } again
}
job-begin-all = Send all of them again
job-rate-label = Pace
job-rate-hint = An endpoint that has just recovered is best sent to slowly. You can change this while it runs.
job-rate = { $rate } a second
lasts-seconds = { $count ->
    [one] about a second
   *[other] about { $count } seconds
}
lasts-minutes = { $count ->
    [one] about a minute
   *[other] about { $count } minutes
}
lasts-hours = { $count ->
    [one] about an hour
   *[other] about { $count } hours
}
lasts-days = { $count ->
    [one] about a day
   *[other] about { $count } days
}
job-overlap = Another resend is about the same deliveries and has not ended. Wait until it has, or cancel it.
job-disabled = This is switched off and receives nothing. Enable it first, then send again.
job-deleted = This was removed and receives nothing any more.
job-running = running
job-paused = paused
job-finished = finished
job-cancelled = cancelled
job-stopped = stopped
job-says-running = Sending, { $rate } a second.
job-says-paused = Paused by { $by }. Nothing is sent until it goes on.
job-says-cancelled = Cancelled by { $by }. What had not been sent by then stays as it is.
job-says-finished = Finished. Sent again: { $done }.
job-says-disabled = Stopped: it was switched off. Enable it, then start again.
job-says-deleted = Stopped: it was removed.
job-says-forgotten = Stopped: it was paused for a week.
job-ends = Done
job-progress-title = Progress
job-progress = { $done } of { $total }
job-progress-open = { $done } so far
job-sent = Sent again
job-left-out = Left out
job-to-go = To go
job-left-out-why = Why some were left out
skip-sent-again = arrived since, or already on their way again
skip-payload = payload no longer kept
skip-disabled = switched off
skip-deleted = removed
job-pause = Pause
job-resume = Go on
job-cancel = End it
job-cancel-title = End this resend?
job-cancel-lead = What has been sent stays sent. The rest is left as it is, and you can start another resend at any time.
job-started = Started
done-job-started = Started.
done-job-paused = Paused.
done-job-resumed = It goes on.
done-job-cancelled = Ended.
done-job-rate = The pace was changed.
done-job-over = It had ended already.
