events-lead = Everything that happened, and what became of it.
events-search = Text in the payload, or an ID
events-live-on = Live
events-live-off = Stop live
events-none = No events yet
events-none-lead = As soon as something happens it appears here, whoever it is sent to.
events-not-found = No event fits these filters.
events-no-webhook = nobody listened
events-searched = Searched back to
filter-type = Type
filter-all-types = All Types
filter-period = Period
filter-all-time = All time
filter-state = State
filter-all-states = All states
filter-all-webhooks = All
period-day = Last 24 hours
period-week = Last 7 days
period-month = Last 30 days
column-type = Type
column-deliveries = Deliveries
column-created = Created
column-updated = Last updated
event-test = test
event-test-hint = Sent by somebody to try a webhook.
event-facts = About this event
event-resend = Send again
event-resend-all = Send again to all
event-no-delivery = It went nowhere
event-no-delivery-lead = Nothing listened to it when it happened. Below is why.
event-not-sent = Not sent to
event-webhook-gone = Removed
event-data-removed = The payload was removed: it is older than payloads are kept.
fact-happened = Happened
fact-external-id = Your own ID
delivery-first = Waiting for its first attempt
delivery-pending = { $count ->
    [one] One attempt failed; the next one is due
   *[other] { $count } attempts failed; the next one is due
}
delivery-delivered = { $count ->
    [one] Arrived at the first attempt.
   *[other] Arrived at attempt { $count }.
}
delivery-failed = { $count ->
    [one] The attempt failed, and no further one follows.
   *[other] All { $count } attempts failed, and no further one follows.
}
delivery-held = Kept while this is paused; it is sent once you resume.
delivery-filtered = Left out by a filter.
delivery-disabled = Cancelled: it was switched off before this arrived.
delivery-deleted = Cancelled: it was removed before this arrived.
delivery-cancelled = Cancelled by hand.
attempt-title = Attempt { $number }
attempt-timed-out = timed out
attempt-exchange = Request and response
attempt-curl = As a curl command
attempt-body = Show the body that was sent
timing-label = { $total } in all
step-dns = DNS
step-connect = Connect
step-tls = TLS
step-first-byte = First byte
step-rest = Rest
events-again = Send these again…
events-by-id = Found by its ID.
events-as-text = Look for it in the payloads instead
filter-all-answers = All answers
state-retry = waiting for a retry
views = Views
views-own = Your own views
view-all = Everything
view-failed = Failed today
view-retry = Waiting for a retry
view-held = On hold
view-tests = Tests
view-keep = Keep this view
view-name = Its name
view-forget = Forget
done-view-kept = Kept in this browser.
done-view-forgotten = Forgotten.
done-views-full = There is no room for another view. Forget one first.
pick-which = Which one do you mean?
pick-placeholder = Name, URL or ID
event-all-deliveries = Show everybody it was sent to
attempt-next = Attempt { $number } follows
delivery-cancel = Cancel
delivery-cancel-title = Cancel this delivery?
delivery-cancel-lead = “{ $name }” will not receive this event any more. A request that is under way cannot be called back.
done-cancelled = Cancelled. Nothing more is sent.
done-not-pending = It was not waiting any more: nothing was cancelled.
cut-first = The first { $count } of { $total }
cut-part = { $from } to { $to } of { $total }
cut-before = Back
cut-after = Show more
