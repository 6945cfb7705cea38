jobs = Erneutes Senden
jobs-lead = Was gesammelt noch einmal gesendet wurde und wie weit das ist.
jobs-none = Noch wurde nichts gesammelt erneut gesendet
jobs-none-lead = War ein Endpunkt nicht erreichbar, lässt sich alles Verpasste in einem Tempo nachsenden, das er verträgt.
job-new = Erneut senden
job-new-lead = Erst zählen, dann ein Tempo wählen und beginnen. Was nachweislich angekommen ist, wird nicht noch einmal gesendet.
job-title = Erneutes Senden
job-what = Was
job-when = Seit
job-until = Bis
job-since = Seit { $since }
job-all-kept = Alles, was aufbewahrt ist
job-both = fehlgeschlagen oder abgebrochen
job-last-answer = Letzte Antwort
job-recount = Zählen
job-count = { $count ->
    [one] Eine Zustellung würde erneut gesendet.
   *[other] { $said } Zustellungen würden erneut gesendet.
}
job-count-least = { $count ->
    [one] Mindestens eine Zustellung würde erneut gesendet.
   *[other] Mindestens { $said } Zustellungen würden erneut gesendet.
}
job-count-none = Es gibt nichts erneut zu senden
job-count-none-lead = Was passt, ist schon angekommen oder schon wieder unterwegs.
job-leaves-out = Ausgelassen
job-begin = { $count ->
    [one] Diese erneut senden
   *[other] { $said } erneut senden
}
job-begin-all = Alle erneut senden
job-rate-label = Tempo
job-rate-hint = Einem Endpunkt, der sich gerade erholt hat, sendet man besser langsam. Das lässt sich währenddessen ändern.
job-rate = { $rate } pro Sekunde
lasts-seconds = { $count ->
    [one] etwa eine Sekunde
   *[other] etwa { $count } Sekunden
}
lasts-minutes = { $count ->
    [one] etwa eine Minute
   *[other] etwa { $count } Minuten
}
lasts-hours = { $count ->
    [one] etwa eine Stunde
   *[other] etwa { $count } Stunden
}
lasts-days = { $count ->
    [one] etwa ein Tag
   *[other] etwa { $count } Tage
}
job-overlap = Dieselben Zustellungen werden schon erneut gesendet. Warten Sie, bis das fertig ist, oder beenden Sie es.
job-disabled = Das ist ausgeschaltet und empfängt nichts. Schalten Sie es zuerst ein.
job-deleted = Das wurde entfernt und empfängt nichts mehr.
job-running = läuft
job-paused = angehalten
job-finished = fertig
job-cancelled = beendet
job-stopped = gestoppt
job-says-running = Wird gesendet, { $rate } pro Sekunde.
job-says-paused = Angehalten von { $by }. Es wird nichts gesendet, bis es weitergeht.
job-says-cancelled = Beendet von { $by }. Was bis dahin nicht gesendet war, bleibt, wie es ist.
job-says-finished = Fertig. Erneut gesendet: { $done }.
job-says-disabled = Gestoppt: der Empfänger wurde ausgeschaltet. Schalten Sie ihn ein und beginnen Sie neu.
job-says-deleted = Gestoppt: der Empfänger wurde entfernt.
job-says-forgotten = Gestoppt: es war eine Woche lang angehalten.
job-ends = Fertig
job-progress-title = Fortschritt
job-progress = { $done } von { $total }
job-progress-open = bisher { $done }
job-sent = Erneut gesendet
job-left-out = Ausgelassen
job-to-go = Noch offen
job-left-out-why = Warum einige ausgelassen wurden
skip-sent-again = inzwischen angekommen oder schon wieder unterwegs
skip-payload = Nutzdaten nicht mehr aufbewahrt
skip-disabled = ausgeschaltet
skip-deleted = entfernt
job-pause = Anhalten
job-resume = Fortsetzen
job-cancel = Beenden
job-cancel-title = Erneutes Senden beenden?
job-cancel-lead = Was gesendet ist, bleibt gesendet. Der Rest bleibt, wie er ist, und Sie können jederzeit neu beginnen.
job-started = Begonnen
done-job-started = Begonnen.
done-job-paused = Angehalten.
done-job-resumed = Es geht weiter.
done-job-cancelled = Beendet.
done-job-rate = Das Tempo ist geändert.
done-job-over = Es war schon zu Ende.
