events-lead = Lahat ng nangyari, at kung ano ang kinahinatnan.
events-search = Teksto sa nilalaman, o isang ID
events-live-on = Live
events-live-off = Ihinto ang live
events-none = Wala pang event
events-none-lead = Lalabas dito ang anumang mangyayari, kanino man ito ipadala.
events-not-found = Walang event na tugma sa mga filter na ito.
events-no-webhook = walang nakikinig
events-searched = Hinanap hanggang
filter-type = Uri
filter-all-types = Lahat ng uri
filter-period = Panahon
filter-all-time = Lahat ng panahon
filter-state = Lagay
filter-all-states = Lahat ng lagay
filter-all-webhooks = Lahat
period-day = Huling 24 na oras
period-week = Huling 7 araw
period-month = Huling 30 araw
column-type = Uri
column-deliveries = Mga padala
column-created = Ginawa
column-updated = Huling pagbabago
event-test = test
event-test-hint = Ipinadala para subukan ang isang webhook.
event-facts = Tungkol sa event na ito
event-resend = Ipadala muli
event-resend-all = Ipadala muli sa lahat
event-no-delivery = Walang napuntahan
event-no-delivery-lead = Walang nakikinig nang mangyari ito. Nasa ibaba ang dahilan.
event-not-sent = Hindi ipinadala sa
event-webhook-gone = Naalis na
event-data-removed = Inalis na ang nilalaman: mas luma na ito kaysa sa itinatagong panahon.
fact-happened = Nangyari
fact-external-id = Sarili mong ID
delivery-first = Hinihintay ang unang pagsubok:
delivery-pending = { $count ->
    [one] Nabigo ang isang pagsubok; ang susunod ay
   *[other] Nabigo ang { $count } pagsubok; ang susunod ay
}
delivery-delivered = { $count ->
    [one] Dumating sa unang pagsubok.
   *[other] Dumating sa ika-{ $count } pagsubok.
}
delivery-failed = { $count ->
    [one] Nabigo ang pagsubok, at wala nang susunod.
   *[other] Nabigo ang lahat ng { $count } pagsubok, at wala nang susunod.
}
delivery-held = Nakatabi habang naka-pause; ipapadala kapag itinuloy mo.
delivery-filtered = Hindi isinama ng isang filter.
delivery-disabled = Kinansela: pinatay bago ito dumating.
delivery-deleted = Kinansela: inalis bago ito dumating.
delivery-cancelled = Mano-manong kinansela.
attempt-title = Pagsubok { $number }
attempt-timed-out = lumampas sa oras
attempt-exchange = Request at sagot
attempt-curl = Bilang curl command
attempt-body = Ipakita ang ipinadalang laman
timing-label = { $total } sa kabuuan
step-dns = DNS
step-connect = Koneksyon
step-tls = TLS
step-first-byte = Unang byte
step-rest = Iba pa
