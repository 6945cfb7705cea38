webhook-day = Huling 24 na oras
webhook-last = Huling 10 request
webhook-last-none = Wala pang naipadala. Magpadala ng test para makita kung paano sumasagot ang endpoint mo.
number-rate = Antas ng tagumpay
number-mean = Karaniwang tagal
health-fine = Dumarating lahat. Huling request: { $last }.
health-new = Handa na. Wala pang naipadala.
health-failing = { $count ->
    [1] Nabigo ang huling request, { $since }.
   *[other] Nabigo ang huling { $count } request, ang una ay { $since }.
}
health-paused = Na-pause ni { $by }, { $since }. Itinatabi ang mga event at ipapadala kapag itinuloy mo.
health-waiting = Hindi naka-set up ang profile nito sa server na ito, kaya naghihintay ang mga padala.
health-manual = Pinatay { $since }. Walang ipinapadala.
health-too-many = Kusang pinatay { $since }, pagkatapos ng { $count } sagot na { $class } na walang tagumpay. Ayusin ang endpoint, saka i-enable muli.
health-gave-up = Kusang pinatay { $since }. Ang unang pagkabigo ay { $first }, at wala nang dumating mula noon. Ayusin ang endpoint, saka i-enable muli.
health-status = Kusang pinatay { $since }: sumagot ang endpoint ng { $status }, ibig sabihin ay wala na ito.
channels-all = lahat
fact-created = Ginawa
fact-updated = Huling binago
secret = Secret ng pirma
secret-hint = Ginagamit ito ng tagatanggap mo para tiyaking galing dito ang isang request. Itago ito: nakatala sa audit log kung sino ang tumingin.
secret-show = Ipakita
secret-current = Pumipirma sa bawat request.
secret-leaving = Ang dati; pumipirma pa ito at matatapos { $until }.
test-hint = Isang request, ipapadala agad, kahit nakapatay o naka-pause ito. Dito lalabas ang sagot.
test-type = Uri ng event
test-default = Test event
test-busy = Hinihintay ang sagot …
test-arrived = Dumating sa loob ng { $took }. Gumagana ang endpoint mo.
test-failed = Hindi ito dumating, pagkatapos ng { $took }.
test-refused = Hindi naipadala
test-waits = Wala pang sagot. Makikita ito sa log.
test-details = Tingnan ang buong request
webhook-failures = Ano ang nabibigo, at bakit
