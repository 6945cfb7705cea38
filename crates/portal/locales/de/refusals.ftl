# Why something is not done
problem-not-found = { $noun ->
    [webhook] Diesen Webhook gibt es nicht oder nicht mehr.
    [event] Dieses Ereignis gibt es nicht oder nicht mehr.
    [delivery] Diese Zustellung gibt es nicht oder nicht mehr.
    [link] Diesen Link gibt es nicht oder nicht mehr.
    [job] Diesen Auftrag gibt es nicht oder nicht mehr.
    [organization] Diese Organisation gibt es nicht oder nicht mehr.
   *[other] Das gibt es nicht oder nicht mehr.
}
problem-bug = Ein Programmfehler hat diese Anfrage gestoppt; ihre ID steht im Protokoll.
taken-url = der Webhook { $id } hat diese URL schon, und sein Profil erlaubt nur einen Webhook je URL; ändern Sie jenen, oder wählen Sie eine andere URL
taken-channel = den Kanal `{ $key }` gibt es schon; ändern Sie ihn, oder wählen Sie einen anderen Schlüssel
taken-event-type = `{ $name }` steht schon in diesem Katalog; ändern Sie den Eintrag, oder wählen Sie einen anderen Namen
taken-member = `{ $email }` ist schon Mitglied; ändern Sie stattdessen die Rolle
taken-organization = die Organisation `{ $slug }` gibt es schon; wählen Sie ein anderes Kürzel, oder ändern Sie sie
taken-id = `{ $id }` gibt es schon ({ $noun }); ändern Sie es, oder nehmen Sie eine andere ID
taken-email = den Benutzer `{ $email }` gibt es schon; ändern Sie ihn
refused-taken = { $what } ist schon vergeben
refused-payload-removed = die Daten des Ereignisses wurden entfernt, weil sie älter sind als `retention.payloads`; was weg ist, lässt sich nicht erneut senden
refused-event-size = { $field }: { $bytes } Byte sind mehr als die { $max } Byte, die ein Ereignis haben darf; senden Sie für den Rest einen Link
refused-own-type = { $reserved }; was der Katalog über sie sagt, gehört zum Programm
refused-platform-type = `{ $name }` steht im Katalog der Plattform, den nur deren Betreiber ändern; legen Sie im Katalog der Organisation einen Eintrag gleichen Namens an, dann gilt dort dieser
refused-inspectors = Sie haben schon { $alike } Inspektoren, oder die Organisation hat { $all }; entfernen Sie einen, oder nutzen Sie ihn weiter
refused-no-pause = es gibt nichts anzuhalten
refused-no-resume = schalten Sie ihn stattdessen ein; nichts ist angehalten
refused-not-paused = der Webhook ist nicht pausiert, und von dem, was eine Pause zurückhielt, ist nichts übrig; es gibt nichts fortzusetzen
refused-disabled = der Webhook ist ausgeschaltet: Es wird nichts an ihn gesendet, und Ausstehendes ist abgebrochen; { $then }
refused-enable-first = der Webhook ist ausgeschaltet; schalten Sie ihn zuerst ein
refused-deleted = der Webhook ist entfernt und empfängt nichts mehr
refused-settled = die Zustellung steht nicht mehr aus; sie ist { $state }
refused-no-webhook = das Ereignis ging an keinen Webhook, der jetzt eingeschaltet ist; nennen Sie den, der es bekommen soll, oder schalten Sie einen ein
refused-only-secret = nur ein Secret signiert, und es bleibt; erneuern Sie es, um ein anderes zu haben
refused-secrets = { $max } Secrets signieren schon; warten Sie, bis eines endet, oder erneuern Sie mit einer Frist von 0, die alle beendet
refused-pending = für den Webhook stehen Zustellungen aus; warten Sie, bis sie erledigt sind, oder entfernen Sie ihn trotzdem, dann werden sie abgebrochen
refused-changed = { $by } hat den Webhook inzwischen geändert, auf Fassung { $revision }; sehen Sie ihn an, und ändern Sie ihn noch einmal
refused-job-overlap = der Auftrag { $id } betrifft dieselben Zustellungen und ist nicht zu Ende; warten Sie, oder beenden Sie ihn zuerst
refused-job-overlap-other = ein anderer Auftrag, nicht Ihrer, betrifft dieselben Zustellungen und ist nicht zu Ende; warten Sie
refused-job-finished = der Auftrag ist fertig und ändert sich nicht mehr; beginnen Sie einen neuen
refused-job-cancelled = der Auftrag wurde beendet und ändert sich nicht mehr; beginnen Sie einen neuen
refused-job-stopped = der Auftrag ist stehen geblieben und ändert sich nicht mehr; beginnen Sie einen neuen
refused-conditions = der Tarif `{ $plan }` hat { $max } Benachrichtigungen und kann keine weiteren haben; ändern Sie eine davon
refused-percentages = die Benachrichtigungen des Tarifs `{ $plan }` würden zusammen { $values } Prozentwerte nennen, möglich sind { $max }; nehmen Sie eine größere Schrittweite
refused-start = die Nutzung wurde schon in Zeiträumen ab { $start } gezählt, deshalb bleibt der Beginn; beenden Sie diesen gebuchten Tarif, und legen Sie einen anderen an
refused-package = das Paket `{ $id }` hat Tarife; entfernen Sie zuerst diese
refused-months = Entwickler haben `{ $id }` gebucht, und ihre Nutzung zählt in Zeiträumen von { $months } Monaten; legen Sie für Zeiträume von { $wanted } (1 bis { $max }) einen anderen Tarif an
refused-plan = Entwickler haben den Tarif `{ $id }` gebucht; entfernen Sie zuerst diese Buchungen
refused-overlap = der Entwickler hat diesen Tarif schon von { $start } bis { $end }, als { $id }; beenden Sie jenen zuerst, oder wählen Sie eine andere Zeit
refused-overlap-open = der Entwickler hat diesen Tarif schon seit { $start }, als { $id }; beenden Sie jenen zuerst, oder wählen Sie eine andere Zeit
refused-children = dazu gehört noch etwas ({ $noun }: { $children }); entfernen Sie das zuerst
refused-last-operator = das ist der letzte Betreiber, der sich anmelden darf; machen Sie zuerst jemand anderen dazu

# Signing in
refused-busy = gerade melden sich zu viele an; versuchen Sie es in ein paar Sekunden noch einmal
refused-tries = zu viele Anmeldeversuche; der nächste wird in { $seconds } Sekunden angenommen
refused-password = E-Mail-Adresse oder Passwort stimmt nicht
refused-no-password = nur wer sich als Benutzer angemeldet hat, hat ein Passwort zu ändern
refused-user = dieser Benutzer darf sich nicht anmelden
refused-user-disabled = dieser Benutzer darf sich nicht anmelden; lassen Sie ihn zuerst wieder zu
refused-user-changed = dieser Benutzer wurde genau jetzt geändert; melden Sie sich noch einmal an
refused-set-up = es gibt schon einen Betreiber; bitten Sie dort um einen Benutzer
refused-link-used = dieser Link wurde schon benutzt und gilt nur einmal; bitten Sie um einen neuen
refused-link-expired = dieser Link ist abgelaufen; bitten Sie um einen neuen
refused-link-revoked = dieser Link wurde zurückgezogen; bitten Sie um einen neuen
oidc-no-code = der Identitätsanbieter hat keinen Code gesendet
oidc-not-begun = in diesem Browser läuft keine Anmeldung: Sie dauerte länger als zehn Minuten, begann anderswo oder ist zu Ende; beginnen Sie noch einmal
oidc-other = die Antwort gehört zu einer anderen Anmeldung als der, die dieser Browser zuletzt begann; beginnen Sie noch einmal
oidc-slow = diese Anmeldung dauerte länger als zehn Minuten; beginnen Sie noch einmal
oidc-denied = Sie, oder eine Regel dort, haben abgelehnt
oidc-signed-out = Sie sind dort nicht angemeldet
oidc-consent = Sie haben nicht erlaubt, dass er sagt, wer Sie sind
oidc-later = er kann gerade nicht antworten; versuchen Sie es später noch einmal
oidc-registration = Bellwire ist dort nicht für das eingetragen, worum es bittet; sagen Sie es den Betreibern
oidc-other-reason = er nennt einen Grund, den Bellwire nicht kennt; er steht im Protokoll
oidc-refuses = der Identitätsanbieter lehnt ab: { $why }
oidc-unreachable = der Identitätsanbieter antwortet nicht: { $why }; versuchen Sie es später noch einmal
oidc-misconfigured = die Anmeldung ist nicht richtig eingerichtet: { $why }; sagen Sie es den Betreibern von Bellwire
oidc-untrusted = der Antwort des Identitätsanbieters ist nicht zu trauen: { $why }
oidc-again = diese Antwort des Identitätsanbieters wurde schon benutzt und gilt nur einmal; beginnen Sie noch einmal
oidc-nobody = niemand hier hat die E-Mail-Adresse { $email }; bitten Sie einen Betreiber, dafür einen Benutzer anzulegen
oidc-not-linked = den Benutzer { $email } gibt es schon, und dieser Server erkennt niemanden an der E-Mail-Adresse; fragen Sie einen Betreiber
oidc-other-account = der Benutzer { $email } gehört zu einem anderen Konto bei einem Identitätsanbieter; fragen Sie einen Betreiber
oidc-odd-user = der Identitätsanbieter nennt, was kein Benutzer haben kann: { $error }
oidc-barred = der Benutzer { $email } darf sich nicht anmelden; fragen Sie einen Betreiber
oidc-no-email = der Identitätsanbieter nennt Ihre E-Mail-Adresse nicht; bitten Sie dessen Betreiber, Bellwire den Scope `email` zu geben
oidc-unverified = der Identitätsanbieter hat nicht geprüft, dass { $email } Ihre E-Mail-Adresse ist; bestätigen Sie sie dort, und beginnen Sie noch einmal
oidc-verified-unknown = der Identitätsanbieter sagt nicht, ob er geprüft hat, dass { $email } Ihre E-Mail-Adresse ist; bitten Sie dessen Betreiber, `email_verified` zu senden

# What the pages refuse
page-nowhere = Sie gehören noch zu keiner Organisation. Bitten Sie die Betreiber dieses Servers, Sie aufzunehmen.
page-cross-site = Diese Anfrage kommt von der Seite einer anderen Website. Ist die Seite Ihre, lassen Sie deren Server mit einem Token aufrufen.
page-own-form = Diese Seite nimmt an, was ihr eigenes Formular sendet.
page-too-much = Das ist zu viel für dieses Formular.
page-cut-because = Das Formular endete vorzeitig: { $error }.
page-cut = Das Formular endete vorzeitig.
page-operators = Diese Seite ist für die Betreiber des Servers: Sie verlangt eine Rolle auf der Plattform.
page-operators-make = Organisationen legen die Betreiber des Servers an: Das verlangt die Rolle `admin` auf der Plattform.
page-draft = Der Tarif ist ein Entwurf. Veröffentlichen Sie ihn zuerst; dann lässt sich eine Benachrichtigung einrichten.
page-change-again = Öffnen Sie die Seite noch einmal, und ändern Sie es dort.
page-sign-out-again = Öffnen Sie die Seite noch einmal, und melden Sie sich dort ab.
page-no-account = Nur wer sich als Benutzer angemeldet hat, hat ein Konto; wer über einen Link kam, hat keines.
page-storage = Das verlangt eine Rolle auf der Plattform: Was gespeichert ist, gehört allen Organisationen.
page-whole = Das betrifft die ganze Organisation; es ist für die, die den Link erstellt haben.
page-signed-out = Sie sind hier nicht angemeldet oder waren es zu lange. Gehen Sie dorthin zurück, woher Sie kamen, und öffnen Sie das Portal noch einmal.
page-too-long = Diese Seite war zu lange offen. Öffnen Sie sie noch einmal, und senden Sie das Formular von dort.
page-needs-platform-role = Das verlangt die Rolle `{ $role }` auf der Plattform.
page-needs-role = Das verlangt die Rolle `{ $role }` in der Organisation.

# A list
cursor-foreign = das ist kein Cursor dieser API
cursor-other-list = er gehört zu einer anderen Liste oder zu anderen Filtern: beginnen Sie ohne ihn
