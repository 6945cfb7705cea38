form-active-hint = Events are sent as soon as you save.
form-types-hint = What you want to hear about.
form-types-all = Everything
form-types-all-hint = Also event types that are added later.
form-types-search = Find an event type
form-types-other = Other types or patterns
form-types-group = Everything that begins with “{ $group }”, also what is added later.
form-channels-other = Other channels
form-advanced = Advanced settings
form-profile = Profile
form-headers = Headers
form-headers-hint = One per line, sent with every request. Values are encrypted and never shown again.
form-retry = Retries
form-retry-kind = When a delivery fails
form-limits = Time-outs and speed
form-limits-hint = Leave a field empty to use the default. Time-outs are in milliseconds; give all three or none.
form-url-right = Looks good. Send a test after saving to see whether it answers.
form-url-plain = This works, but is not encrypted: prefer https://.
form-wrong = { $count ->
    [one] One field needs your attention.
   *[other] { $count } fields need your attention.
}
retry-profile = As the profile says
retry-none = Do not retry
retry-fixed = Retry at a fixed interval
retry-schedule = Retry after these delays
retry-interval = Seconds between attempts
retry-attempts = Attempts in all
retry-delays = Delays in seconds
retry-fixed-words = every { $interval }, { $count } attempts in all
retry-schedule-words = after growing delays, { $count } attempts in all
span-hours = { $count ->
    [one] hour
   *[other] { $count } hours
}
span-minutes = { $count ->
    [one] minute
   *[other] { $count } minutes
}
span-seconds = { $count ->
    [one] second
   *[other] { $count } seconds
}
limit-connect = Time to connect
limit-first-byte = Time to first byte
limit-total = Time in all
limit-per-second = Requests per second
limit-burst = Requests in a burst
limit-at-once = Requests at once
form-direct = Only what is addressed to it
form-direct-hint = Such as notifications of a rate plan that name it. It receives no other event while this is ticked.
form-channels-search = Find one
form-channels-many = There are many: look for the ones you want, or leave it empty for all.
form-conflict = { $by } has changed this since you opened it,
form-conflict-lead = What you typed is below and not saved yet. Save again to replace the other change, or
form-conflict-open = start anew from what is there now
