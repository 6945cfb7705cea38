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
