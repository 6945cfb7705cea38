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
    [1] Nabigo ang isang pagsubok; ang susunod ay
   *[other] Nabigo ang { $count } pagsubok; ang susunod ay
}
delivery-delivered = { $count ->
    [1] Dumating sa unang pagsubok.
   *[other] Dumating sa ika-{ $count } pagsubok.
}
delivery-failed = { $count ->
    [1] Nabigo ang pagsubok, at wala nang susunod.
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
events-again = Ipadala muli ang mga ito…
events-by-id = Nahanap sa pamamagitan ng ID nito.
events-as-text = Hanapin na lang sa mga nilalaman
filter-all-answers = Lahat ng sagot
state-retry = naghihintay ng ulit
views = Mga view
views-own = Sarili mong mga view
view-all = Lahat
view-failed = Nabigo ngayong araw
view-retry = Naghihintay ng ulit
view-held = Nakabinbin
view-tests = Mga test
view-keep = Itago ang view na ito
view-name = Pangalan nito
view-forget = Kalimutan ang
done-view-kept = Naitago sa browser na ito.
done-view-forgotten = Nakalimutan na.
done-views-full = Wala nang lugar para sa isa pang view. Kalimutan muna ang isa.
pick-which = Alin ang ibig mong sabihin?
pick-placeholder = Pangalan, URL o ID
event-all-deliveries = Ipakita ang lahat ng pinadalhan
attempt-next = Susunod ang pagsubok { $number }
delivery-cancel = Kanselahin ang padala
delivery-cancel-title = Kanselahin ang padalang ito?
delivery-cancel-lead = Hindi na matatanggap ng “{ $name }” ang event na ito. Hindi na mababawi ang request na naipadala na.
done-cancelled = Kinansela. Wala nang ipapadala.
done-not-pending = Hindi na ito naghihintay: walang kinansela.
cut-first = Unang { $count } sa { $total }
cut-part = { $from } hanggang { $to } sa { $total }
cut-before = Bumalik
cut-after = Ipakita pa
