settings-organization = Organisation
settings-members = Mitglieder und Rollen
settings-tokens = API-Tokens
settings-links = Portal-Links
settings-audit = Änderungsprotokoll
settings-storage = Speicher
settings-account = Mein Konto
settings-done-saved = Gespeichert.
settings-done-added = Hinzugefügt und ab sofort dabei.
settings-done-role = Die Rolle ist geändert.
settings-done-removed = Entfernt.
settings-done-revoked = Widerrufen. Es funktioniert nicht mehr.
settings-done-password = Ihr Passwort ist geändert. Andere Browser sind abgemeldet.
settings-done-ended = Dort abgemeldet.
choose-one = Wählen Sie eines davon.
made = Erstellt
revoke = Widerrufen
revoked = Widerrufen
ended = Abgelaufen
time-minutes = { $count ->
    [one] { $count } Minute
   *[other] { $count } Minuten
}
time-hours = { $count ->
    [one] { $count } Stunde
   *[other] { $count } Stunden
}
time-days = { $count ->
    [one] { $count } Tag
   *[other] { $count } Tage
}

role = Rolle
role-viewer = Betrachten
role-editor = Bearbeiten
role-admin = Verwalten
role-viewer-hint = Sieht alles außer Geheimnissen.
role-editor-hint = Ändert auch Webhooks, sendet erneut und meldet Ereignisse.
role-customer-hint = Ändert auch Webhooks und sendet erneut, was fehlschlug.
role-admin-hint = Ändert auch diese Einstellungen und entscheidet, wer Zugang hat.
role-none = Wählen Sie eine Rolle.

once-title = Jetzt kopieren
once-warning = Das wird nur ein einziges Mal angezeigt. Bewahren Sie es sicher auf, bevor Sie weitergehen.
once-done = Fertig

organization-slug = In URLs und in der API heißt sie
organization-name = Name
organization-profile = Standardprofil
organization-profile-hint = Wie sich neue Webhooks verhalten, die kein eigenes Profil nennen, und wie die Dinge auf diesen Seiten heißen. Bestehende Webhooks behalten ihres.
organization-strict = Nur Ereignistypen aus dem Katalog
organization-strict-hint = Ereignisse anderer Typen werden abgelehnt. So fällt ein Tippfehler sofort auf.
organization-delete = Organisation löschen
organization-delete-hint = Mit allem, was dazugehört. Es gibt kein Zurück.
organization-delete-lead = Webhooks, Ereignisse, Protokoll, Tokens und Portal-Links werden gelöscht. Ab sofort wird nichts mehr gesendet. Es gibt kein Zurück.
organization-delete-type = Geben Sie zur Bestätigung „{ $slug }“ ein
organization-delete-wrong = So heißt sie in URLs nicht. Geben Sie es genau wie angezeigt ein.

members-lead = Wer sich hier anmeldet und was sie oder er darf. Wer den Server betreibt, erreicht jede Organisation, ohne Mitglied zu sein.
members-provider = Wer sich mit dem Firmenkonto anmeldet, kann die Rolle aus dessen Gruppen bekommen.
members-none = Noch kein Mitglied
members-none-lead = Fügen Sie die Personen hinzu, die sich hier um Webhooks kümmern.
member = Mitglied
member-name = Name
member-name-hint = Für neue Personen; bleibt das Feld leer, die E-Mail-Adresse.
member-add = Mitglied hinzufügen
member-add-hint = Wer neu ist, bekommt einen Link zur Wahl eines Passworts, den Sie weitergeben.
member-role = Rolle ändern
member-role-title = Was darf { $name }?
member-role-lead = Eine Änderung meldet die Person ab; mit der neuen Rolle meldet sie sich wieder an.
member-role-you = Das sind Sie selbst. Mit einer kleineren Rolle kommen Sie nicht mehr auf diese Seite; nur jemand anders mit der Rolle „Verwalten“ kann das wieder ändern.
member-remove-title = { $name } entfernen?
member-remove-lead = { $email } hat hier keinen Zugang mehr und wird abgemeldet. Was getan wurde, bleibt im Änderungsprotokoll.
member-remove-you = Das sind Sie selbst. Sie werden abgemeldet, und nur jemand anders mit der Rolle „Verwalten“ kann Sie wieder hereinlassen.
member-link = Neuer Passwort-Link
member-link-lead = Mit diesem Link wählt { $email } ein Passwort. Er gilt einmal und drei Tage lang; frühere Links gelten nicht mehr.
member-you = Sie
member-operator = Betreibt den Server
member-disabled = Darf sich nicht anmelden
member-waits = Hat noch kein Passwort
member-by-group = Rolle aus dem Firmenkonto

tokens-lead = Damit rufen Programme die API auf. Jedes Token hat eine Rolle, wie eine Person.
tokens-none = Noch keine Tokens
tokens-none-lead = Erstellen Sie eines für das Programm, das Ihre Ereignisse meldet.
token = Token
token-end = Läuft ab
token-endless = Nie
token-used = Zuletzt benutzt
token-create = Token erstellen
token-create-hint = Geben Sie jedem Programm sein eigenes. Dann lässt sich eines widerrufen, ohne die anderen zu treffen.
token-name = Name
token-name-hint = Wofür es benutzt wird.
token-lasts = Läuft ab nach
token-once-lead = Programme zeigen „{ $name }“ im Header Authorization vor.
token-example = Zum Beispiel:
token-revoke-title = „{ $name }“ widerrufen?
token-revoke-lead = Programme, die es benutzen, werden ab sofort abgewiesen.

links-lead = Ein Link führt Ihre Kundschaft zu ihren eigenen Webhooks, ohne Passwort. Er gilt einmal.
links-none = Noch keine Portal-Links
links-none-lead = Meist fordert Ihr eigener Server über die API einen an, sobald jemand die eigenen Webhooks öffnet. Hier erstellen Sie einen von Hand.
link-for = Für wen
link-for-hint = Änderungen über diesen Link tragen diesen Namen.
link-create = Portal-Link erstellen
link-create-hint = Schicken Sie ihn weiter, oder öffnen Sie ihn in Ihrem eigenen Produkt.
link-channels = Nur über
link-channels-hint = Nur was davon handelt, ist zu sehen und zu ändern. Bleibt das Feld leer, ist es alles.
link-everything = alles
link-works = Gilt
link-works-hint = So lange kann der Link geöffnet werden.
link-session = Angemeldet für
link-origins = Darf eingebettet werden von
link-origins-hint = Origins der Seiten, die das Portal in einem Frame zeigen, je eine pro Zeile. Ihr Server muss über https erreichbar sein.
link-open = Noch nicht geöffnet
link-used = Geöffnet
link-once-lead = Schicken Sie ihn weiter. Er gilt einmal und läuft { $until } ab.
link-revoke-title = Diesen Link widerrufen?
link-revoke-lead = Er lässt sich nicht mehr öffnen, und wer damit hereinkam, wird abgemeldet.

account-you = Über Sie
account-language-browser = Wie der Browser
account-password = Passwort ändern
account-password-hint = Dabei werden alle anderen Browser abgemeldet.
account-no-password = Sie melden sich mit Ihrem Firmenkonto an und haben hier kein Passwort.
account-password-now = Jetziges Passwort
account-password-new = Neues Passwort
account-password-rule = Mindestens 10 Zeichen. Ein paar seltene Wörter sind lang und leicht zu merken.
account-sessions = Wo Sie angemeldet sind
account-sessions-hint = Kommt Ihnen etwas unbekannt vor, beenden Sie es und ändern Sie Ihr Passwort.
account-everywhere = Überall abmelden
account-everywhere-lead = Sie werden in jedem Browser abgemeldet, auch in diesem.
session-with = Browser
session-since = Seit
session-seen = Zuletzt da
session-here = Dieser Browser
session-end = Beenden
session-unknown = Unbekanntes Programm

audit-lead = Wer was geändert hat, und wie es davor und danach war.
audit-export = Herunterladen
audit-actor = Von
audit-what = Was
audit-none = Keine Änderung passt zu diesen Filtern.
audit-jobs = Erneutes Senden im Ganzen
audit-developer-plans = Gebuchte Tarife
audit-conditions = Benachrichtigungen von Tarifen
audit-by-link = Portal-Link
audit-by-console = Kommandozeile
audit-by-system = Bellwire selbst
audit-before = Vorher:
audit-after = Nachher:
audit-changes = { $count ->
    [one] { $count } Feld
   *[other] { $count } Felder
}

storage-what = Was wie viel Platz braucht
storage-lead = Für alle Organisationen zusammen, geschätzt.
storage-total = Insgesamt
storage-store = Gespeichert in
storage-oldest = Ältestes Ereignis
storage-newest = Neuestes Ereignis
storage-kind = Was
storage-share = Anteil
storage-size = Größe
storage-count = Anzahl
stored-events = Ereignisse
stored-payloads = Nutzdaten
stored-deliveries = Zustellungen
stored-attempts = Versuche
stored-indexes = Indexe und Übriges
stored-free = Frei
retention = Wie lange aufbewahrt wird
retention-lead = In der Konfiguration des Servers eingestellt; Älteres verschwindet von selbst.
retention-what = Was
retention-kept = Aufbewahrt
retention-setting = Einstellung
retention-for-ever = Für immer
retention-as-event = So lange wie das Ereignis

settings-appearance = Erscheinungsbild
appearance-lead = Ihre Farbe und Ihr Logo auf diesen Seiten, auch für alle, die über einen Portal-Link kommen.
appearance-accent = Farbe
appearance-accent-hint = Sechs Ziffern hinter einem #, etwa #0b6e4f. Wo sie nicht lesbar wäre, wird ein dunklerer oder hellerer Ton benutzt. Bleibt das Feld leer, ist es unsere.
appearance-logo = Logo
appearance-logo-now = Das jetzige Logo
appearance-logo-hint = PNG, JPEG oder WebP mit höchstens 64 KiB. Am besten breit und mit durchsichtigem Hintergrund.
appearance-no-logo = Logo entfernen

organizations = Organisationen
organizations-find = Organisation suchen
organizations-new = Neue Organisation
organizations-new-lead = Alles gehört zu einer Organisation: Webhooks, Ereignisse, Personen und Tokens.
organizations-slug = Kurzname
organizations-slug-hint = Für URLs und die API: Kleinbuchstaben, Ziffern und Bindestriche. Er lässt sich später nicht ändern.
organizations-name-hint = Wie man ihn liest; bleibt das Feld leer, der Kurzname.
organizations-search = Name oder Kurzname
organizations-none = Noch keine Organisation
organizations-not-found = Kein Name enthält das.
organizations-webhooks = Webhooks
organizations-deleted = Gelöscht. Was dazugehörte, wird entfernt.
as-link = Sie sehen dies wie Ihre Kundschaft, über den Portal-Link für
as-back = Weiter als
signed-out-framed = Gehen Sie dorthin zurück, woher Sie kamen, und öffnen Sie dies von dort wieder, wenn Sie es brauchen.
form-stale = Das wurde geändert, seit Sie es geöffnet haben. Ihre Eingaben stehen unten und sind noch nicht gespeichert: Speichern Sie noch einmal, um die andere Änderung zu ersetzen.
