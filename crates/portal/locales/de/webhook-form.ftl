form-active-hint = Ereignisse werden gesendet, sobald Sie speichern.
form-types-hint = Worüber Sie informiert werden möchten.
form-types-all = Alles
form-types-all-hint = Auch Ereignistypen, die später dazukommen.
form-types-search = Ereignistyp suchen
form-types-other = Andere Typen oder Muster
form-types-group = Alles, was mit „{ $group }“ beginnt, auch was später dazukommt.
form-channels-other = Andere Kanäle
form-advanced = Erweiterte Einstellungen
form-profile = Profil
form-headers = Kopfzeilen
form-headers-hint = Eine je Zeile; sie werden mit jeder Anfrage gesendet. Die Werte werden verschlüsselt und nie wieder angezeigt.
form-retry = Wiederholungen
form-retry-kind = Wenn eine Zustellung fehlschlägt
form-limits = Zeitgrenzen und Tempo
form-limits-hint = Leere Felder gelten als Vorgabe. Zeitgrenzen stehen in Millisekunden; geben Sie alle drei an oder keine.
form-url-right = Sieht gut aus. Senden Sie nach dem Speichern einen Test, um zu sehen, ob sie antwortet.
form-url-plain = Das geht, ist aber unverschlüsselt: besser ist https://.
form-wrong = { $count ->
    [one] Bitte sehen Sie sich ein Feld noch einmal an.
   *[other] Bitte sehen Sie sich { $count } Felder noch einmal an.
}
retry-profile = Wie im Profil
retry-none = Nicht wiederholen
retry-fixed = In festem Abstand wiederholen
retry-schedule = Nach diesen Wartezeiten wiederholen
retry-interval = Sekunden zwischen Versuchen
retry-attempts = Versuche insgesamt
retry-delays = Wartezeiten in Sekunden
retry-fixed-words = alle { $interval }, insgesamt { $count } Versuche
retry-schedule-words = nach wachsenden Wartezeiten, insgesamt { $count } Versuche
span-hours = { $count ->
    [one] { $count } Stunde
   *[other] { $count } Stunden
}
span-minutes = { $count ->
    [one] { $count } Minute
   *[other] { $count } Minuten
}
span-seconds = { $count ->
    [one] { $count } Sekunde
   *[other] { $count } Sekunden
}
limit-connect = Zeit zum Verbinden
limit-first-byte = Zeit bis zum ersten Byte
limit-total = Zeit insgesamt
limit-per-second = Anfragen pro Sekunde
limit-burst = Anfragen auf einmal nach Ruhe
limit-at-once = Gleichzeitige Anfragen
form-direct = Nur was direkt hierhin adressiert ist
form-direct-hint = Etwa Benachrichtigungen eines Tarifs, die diesen Webhook nennen. Andere Ereignisse kommen hier nicht an, solange das angekreuzt ist.
form-channels-search = Suchen
form-channels-many = Es sind viele: suchen Sie die gewünschten, oder lassen Sie es leer für alle.
form-conflict = { $by } hat etwas geändert, seit Sie das hier geöffnet haben,
form-conflict-lead = Was Sie eingegeben haben, steht unten und ist noch nicht gespeichert. Speichern Sie noch einmal, um die andere Änderung zu ersetzen, oder
form-conflict-open = beginnen Sie mit dem, was jetzt gilt
