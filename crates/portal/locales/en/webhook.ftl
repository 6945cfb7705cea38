webhook-day = Last 24 hours
webhook-last = Last 10 requests
webhook-last-none = Nothing was sent yet. Send a test to see how your endpoint answers.
number-rate = Success rate
number-mean = Average time
health-fine = Everything sent arrives. The last request was { $last }.
health-new = Ready. Nothing was sent yet.
health-failing = { $count ->
    [one] The last request failed, { $since }.
   *[other] The last { $count } requests failed, the first of them { $since }.
}
health-paused = Paused by { $by }, { $since }. Events are kept and sent once you resume.
health-waiting = Its profile is not set up on this server, so deliveries wait.
health-manual = Switched off { $since }. Nothing is sent.
health-too-many = Switched off automatically { $since }, after { $count } answers of { $class } without a success. Mend the endpoint, then enable it again.
health-gave-up = Switched off automatically { $since }. The first failure was { $first }, and nothing has arrived since. Mend the endpoint, then enable it again.
health-status = Switched off automatically { $since }: the endpoint answered { $status }, which means it is gone for good.
channels-all = all
fact-created = Created
fact-updated = Last changed
secret = Signing secret
secret-hint = Your receiver checks with it that a request comes from here. Keep it to yourself: looking at it is noted in the audit log.
secret-show = Reveal
secret-current = Signs every request.
secret-leaving = The former one; it still signs and ends { $until }.
test-hint = One request, sent now, even while this is off or paused. Its answer appears here.
test-type = Event type
test-default = Test event
test-busy = Waiting for the answer …
test-arrived = Arrived in { $took }. Your endpoint works.
test-failed = It did not arrive, after { $took }.
test-refused = Not sent
test-waits = No answer yet. It will be in the log.
test-details = See the whole request
webhook-failures = What fails, and why
