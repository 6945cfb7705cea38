failures-lead = What does not arrive, why, and what to do about it.
failures-none = Nothing fails
failures-none-lead = Not one request failed in this time.
failures-sum = { $count ->
    [one] One failed request
   *[other] { $said } failed requests
} { $groups ->
    [one] with one cause.
   *[other] with { $groups } causes.
}
failures-more = Others are not shown: { $said } more. Choose a shorter period.
failures-only = Only
failures-sort = Order
failures-sort-last = Latest first
failures-sort-count = Most frequent first
failures-times = failed requests
failures-trend = { $count ->
    [one] One failed request, over { $steps } steps of time
   *[other] { $said } failed requests, over { $steps } steps of time
}
failures-first = First
failures-last = Last
failures-outcome = Outcome
failures-lost-none = none given up
failures-lost = { $count ->
    [one] one delivery given up
   *[other] { $said } deliveries given up
}
failures-example = See an example
failures-retry = Send these again…
