skip = Lumaktaw sa nilalaman
menu = Menu
organization = Organisasyon
preference-language = Wika
preference-theme = Itsura
theme-auto = Tulad ng system
theme-light = Maliwanag
theme-dark = Madilim
sign-out = Mag-sign out
menu-overview = Pangkalahatan
menu-failures = Mga palya
menu-rate-plans = Mga rate plan
menu-packages = Mga package
menu-event-types = Mga uri ng event
menu-inspector = Inspector
menu-top = {""}
menu-tools = Mga tool
search = Maghanap
filter = Ilapat
save = I-save
cancel = Kanselahin
ok = OK
copy = Kopyahin
copied = Nakopya na
optional = opsyonal
actions = Mga aksyon
settings = Mga setting
request = Request
response = Sagot
response-body = Laman ng sagot
never = —
nothing-found = Walang nahanap
show-all = Ipakita lahat
page-next = Susunod na pahina
page-older = Mas lumang event

time-now = ngayon lang
time-seconds-ago = { $count ->
    [one] { $count } segundo ang nakalipas
   *[other] { $count } segundo ang nakalipas
}
time-minutes-ago = { $count ->
    [one] { $count } minuto ang nakalipas
   *[other] { $count } minuto ang nakalipas
}
time-hours-ago = { $count ->
    [one] { $count } oras ang nakalipas
   *[other] { $count } oras ang nakalipas
}
time-days-ago = { $count ->
    [one] { $count } araw ang nakalipas
   *[other] { $count } araw ang nakalipas
}
time-in-seconds = { $count ->
    [one] sa loob ng { $count } segundo
   *[other] sa loob ng { $count } segundo
}
time-in-minutes = { $count ->
    [one] sa loob ng { $count } minuto
   *[other] sa loob ng { $count } minuto
}
time-in-hours = { $count ->
    [one] sa loob ng { $count } oras
   *[other] sa loob ng { $count } oras
}
time-in-days = { $count ->
    [one] sa loob ng { $count } araw
   *[other] sa loob ng { $count } araw
}

state-pending = naghihintay
state-delivered = naihatid
state-failed = nabigo
state-cancelled = kinansela
state-filtered = hindi isinama
state-held = nakabinbin

cause-guard = Bawal na address
cause-dns = Hindi mahanap ang pangalan
cause-refused = Tinanggihan ang koneksyon
cause-unreachable = Hindi maabot
cause-connect-timeout = Hindi nakakonekta sa oras
cause-tls = Nabigo ang TLS
cause-first-byte-timeout = Walang sagot sa oras
cause-total-timeout = Masyadong matagal
cause-reset = Naputol ang koneksyon
cause-malformed = Hindi HTTP
cause-envelope = Hindi nagawa ang laman

error-not-found = Walang nandito
error-signed-out = Hindi ka naka-sign in
error-forbidden = Hindi mo ito puwedeng gawin
error-conflict = Hindi ito puwede sa ngayon
error-gone = Hindi na ito gumagana
error-too-many = Napakaraming pagsubok
error-ours = Nagkaproblema kami
error-no-sign-in = Hindi ka makakapag-sign in ngayon
error-not-signed-in = Hindi ka naka-sign in
error-request = Hindi namin iyon naintindihan
error-home = Bumalik sa simula
error-failed = Hindi ito gumana. I-reload ang page at subukan muli.
nowhere-operator = Wala pang organisasyon. Gawin ang una: kabilang sa isa ang lahat.
