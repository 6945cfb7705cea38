webhook-day = Letzte 24 Stunden
webhook-last = Die letzten 10 Anfragen
webhook-last-none = Noch wurde nichts gesendet. Senden Sie einen Test, um zu sehen, wie Ihr Endpunkt antwortet.
number-rate = Erfolgsquote
number-mean = Mittlere Dauer
health-fine = Alles kommt an. Letzte Anfrage: { $last }.
health-new = Bereit. Noch wurde nichts gesendet.
health-failing = { $count ->
    [one] Die letzte Anfrage schlug fehl: { $since }.
   *[other] Die letzten { $count } Anfragen schlugen fehl, die erste davon { $since }.
}
health-paused = Angehalten von { $by }, { $since }. Ereignisse werden aufbewahrt und gesendet, sobald Sie fortsetzen.
health-waiting = Das Profil ist auf diesem Server nicht eingerichtet, darum warten die Zustellungen.
health-manual = Ausgeschaltet { $since }. Es wird nichts gesendet.
health-too-many = Automatisch ausgeschaltet { $since }, nach { $count } Antworten mit { $class } ohne einen Erfolg. Beheben Sie den Fehler am Endpunkt und schalten Sie dann wieder ein.
health-gave-up = Automatisch ausgeschaltet { $since }. Der erste Fehler war { $first }, seither kam nichts mehr an. Beheben Sie den Fehler am Endpunkt und schalten Sie dann wieder ein.
health-status = Automatisch ausgeschaltet { $since }: der Endpunkt antwortete { $status }, also gibt es ihn nicht mehr.
channels-all = alle
fact-created = Angelegt
fact-updated = Zuletzt geändert
secret = Signaturgeheimnis
secret-hint = Damit prüft Ihr Empfänger, dass eine Anfrage von hier kommt. Behalten Sie es für sich: wer es ansieht, steht im Änderungsprotokoll.
secret-show = Anzeigen
secret-current = Signiert jede Anfrage.
secret-leaving = Das vorige; es signiert noch und endet { $until }.
test-hint = Eine Anfrage, sofort gesendet, auch wenn ausgeschaltet oder angehalten. Die Antwort erscheint hier.
test-type = Ereignistyp
test-default = Testereignis
test-busy = Warten auf die Antwort …
test-arrived = Angekommen in { $took }. Ihr Endpunkt funktioniert.
test-failed = Nicht angekommen, nach { $took }.
test-refused = Nicht gesendet
test-waits = Noch keine Antwort. Sie wird im Protokoll stehen.
test-details = Ganze Anfrage ansehen
webhook-failures = Was fehlschlägt und warum
