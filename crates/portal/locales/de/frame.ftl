skip = Zum Inhalt springen
menu = Menü
organization = Organisation
preference-language = Sprache
preference-theme = Darstellung
theme-auto = Wie das System
theme-light = Hell
theme-dark = Dunkel
sign-out = Abmelden
menu-overview = Übersicht
menu-failures = Fehler
menu-rate-plans = Tarife
menu-packages = Pakete
menu-event-types = Ereignistypen
menu-inspector = Inspektor
menu-top = {""}
menu-tools = Werkzeuge
search = Suche
filter = Anwenden
save = Speichern
cancel = Abbrechen
ok = OK
copy = Kopieren
copied = Kopiert
optional = optional
actions = Aktionen
settings = Einstellungen
request = Anfrage
response = Antwort
response-body = Inhalt der Antwort
never = –
nothing-found = Nichts gefunden
show-all = Alles anzeigen
page-next = Nächste Seite
page-older = Ältere Ereignisse

time-now = gerade eben
time-seconds-ago = { $count ->
    [one] vor { $count } Sekunde
   *[other] vor { $count } Sekunden
}
time-minutes-ago = { $count ->
    [one] vor { $count } Minute
   *[other] vor { $count } Minuten
}
time-hours-ago = { $count ->
    [one] vor { $count } Stunde
   *[other] vor { $count } Stunden
}
time-days-ago = { $count ->
    [one] vor { $count } Tag
   *[other] vor { $count } Tagen
}
time-in-seconds = { $count ->
    [one] in { $count } Sekunde
   *[other] in { $count } Sekunden
}
time-in-minutes = { $count ->
    [one] in { $count } Minute
   *[other] in { $count } Minuten
}
time-in-hours = { $count ->
    [one] in { $count } Stunde
   *[other] in { $count } Stunden
}
time-in-days = { $count ->
    [one] in { $count } Tag
   *[other] in { $count } Tagen
}

state-pending = ausstehend
state-delivered = zugestellt
state-failed = fehlgeschlagen
state-cancelled = abgebrochen
state-filtered = ausgefiltert
state-held = angehalten

cause-guard = Adresse nicht erlaubt
cause-dns = Name nicht gefunden
cause-refused = Verbindung abgelehnt
cause-unreachable = Nicht erreichbar
cause-connect-timeout = Keine Verbindung in der Zeit
cause-tls = TLS fehlgeschlagen
cause-first-byte-timeout = Keine Antwort in der Zeit
cause-total-timeout = Dauerte zu lange
cause-reset = Verbindung abgebrochen
cause-malformed = Kein HTTP
cause-envelope = Inhalt nicht erzeugt

error-not-found = Hier ist nichts
error-signed-out = Sie sind abgemeldet
error-forbidden = Das dürfen Sie nicht
error-conflict = Das geht gerade nicht
error-gone = Das funktioniert nicht mehr
error-too-many = Zu viele Versuche
error-ours = Bei uns ist etwas schiefgegangen
error-no-sign-in = Sie können sich gerade nicht anmelden
error-not-signed-in = Sie sind nicht angemeldet
error-request = Das haben wir nicht verstanden
error-home = Zur Startseite
error-failed = Das hat nicht geklappt. Laden Sie die Seite neu und versuchen Sie es noch einmal.
nowhere-operator = Es gibt noch keine Organisation. Legen Sie die erste an: Alles gehört zu einer.
