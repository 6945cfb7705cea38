# What the rules ask of a field
rule-empty = darf nicht leer sein
rule-bytes = höchstens { $max } Byte sind möglich, das sind { $length }; kürzen Sie es
rule-characters = höchstens { $max } Zeichen sind möglich, das sind { $length }; kürzen Sie es
rule-control = darin steht ein Steuerzeichen (Zeilenumbruch, Tabulator, NUL, …); nehmen Sie es heraus
rule-control-lines = darin steht ein anderes Steuerzeichen als Zeilenumbruch und Tabulator; nehmen Sie es heraus
rule-slug = ein Kurzname besteht aus 1 bis { $max } Kleinbuchstaben, Ziffern und Bindestrichen und beginnt mit Buchstabe oder Ziffer, zum Beispiel `acme-travel`
rule-id = eine ID besteht aus 1 bis { $max } Buchstaben, Ziffern, `_`, `.` und `-`, zum Beispiel `location_adjustable`
rule-email = eine E-Mail-Adresse sieht aus wie `ann@example.com` und hat höchstens { $max } Byte
rule-language = eine Sprache ist ein Kürzel wie `it` oder `pt-BR`
rule-colour = eine Farbe ist `#` mit sechs hexadezimalen Ziffern, zum Beispiel `#0b6e4f`
rule-kind = eine Art ist ein Wort aus 1 bis { $max } Buchstaben, Ziffern, `_`, `-` und `.`, zum Beispiel `account` oder `conference`
rule-event-type = `{ $text }` ist kein Ereignistyp: Schreiben Sie Buchstaben, Ziffern, `_` und `-` in Teilen, die Punkte verbinden, zum Beispiel `booking.created`
rule-pattern-all = `*` ist kein Muster: Lassen Sie die Liste leer, um alle Ereignistypen zu bekommen
rule-pattern = `{ $text }` ist kein Muster: Schreiben Sie einen Ereignistyp wie `booking.created` oder `booking.*` für alle, die mit `booking.` beginnen
rule-channel = `{ $text }` ist kein Kanal: Schreiben Sie ihn ohne Leerzeichen, zum Beispiel `account:cool`
rule-reserved = `{ $name }` ist ein Name von Bellwires eigenen Ereignissen, die sonst niemand sendet oder festlegt; vergeben sind diese Namen: { $names }
rule-not-in-catalogue = `{ $name }` steht nicht im Katalog der Ereignistypen, und diese Organisation nimmt nur an, was dort steht; nehmen Sie ihn zuerst auf
rule-unknown-type = `{ $name }` steht nicht im Katalog der Ereignistypen; nehmen Sie ihn zuerst auf
rule-unknown-type-or-data = `{ $name }` steht nicht im Katalog der Ereignistypen; nehmen Sie ihn mit einem Beispiel auf, oder senden Sie `data`
rule-no-example = `{ $name }` hat im Katalog kein Beispiel; ergänzen Sie eines, oder senden Sie `data`
rule-json = das ist kein JSON: { $error }
rule-depth = es ist tiefer als { $max } Ebenen verschachtelt
rule-schema-size = ein Schema hat höchstens { $max } Byte und { $levels } Ebenen
rule-schema-object = das ist kein JSON-Schema: Ein Schema ist ein JSON-Objekt, zum Beispiel { $example }
rule-schema = das ist kein JSON-Schema: { $why }
rule-schema-of = es passt nicht zum Schema von `{ $kind }`: { $message }
rule-example = das Beispiel passt nicht zum Schema: { $message }
rule-example-size = ein Beispiel hat höchstens { $max } Byte und { $levels } Ebenen
rule-place = { $message } (Zeile { $line }, Spalte { $column })
rule-attempts = insgesamt sind 1 bis { $max } Versuche möglich
rule-delay = eine Wartezeit dauert 1 bis { $max } Sekunden
rule-jitter = jitter_percent liegt zwischen 0 und 100
rule-milliseconds = möglich sind 1 bis { $max } Millisekunden
rule-rate = möglich sind 1 bis { $max } Anfragen pro Sekunde
rule-rate-zero = mit 0 Anfragen pro Sekunde würde nie etwas gesendet; halten Sie den Webhook an, um Zustellungen zurückzuhalten, oder nennen Sie 1 bis { $max }
rule-at-once = möglich sind 1 bis { $max } Anfragen zugleich
rule-same = das ist dasselbe wie { $other }; nennen Sie jedes nur einmal
rule-entries-all = höchstens { $max } Einträge sind möglich, das sind { $count }; lassen Sie die Liste leer, um alles zu bekommen
rule-direct-types = ein direkter Webhook empfängt nur, was über seine ID an ihn gerichtet ist, und hat deshalb keine Ereignistypen; lassen Sie die Liste leer, oder nehmen Sie `direct: false`, um nach Ereignistyp zu empfangen (manche Profile machen Webhooks direkt, wenn nichts anderes gesagt ist)
rule-name-required = das Profil `{ $name }` verlangt einen Namen; geben Sie einen an
rule-channel-required = das Profil `{ $name }` verlangt mindestens einen Kanal, zum Beispiel `account:cool`
rule-no-profile = es gibt kein Profil `{ $name }`; die Profile sind { $all }
rule-held = das Profil `{ $name }` ist auf diesem Server nicht eingerichtet. Deshalb kann nichts gesendet werden, und Zustellungen warten; richten Sie es wieder ein, oder geben Sie dem Webhook ein anderes
rule-name-channels = nennen Sie die Kanäle, auf die er hören soll, von Ihren: { $yours }; ohne einen würde er auf alle hören
rule-not-yours = das ist keiner Ihrer Kanäle; Ihre sind { $yours }
rule-no-webhook = die Organisation hat keinen Webhook { $id }; die Liste der Webhooks zeigt ihre IDs
rule-webhook-twice = der Webhook { $id } ist zweimal genannt
rule-twice = `{ $name }` ist zweimal genannt
rule-kept = höchstens { $max } werden aufbewahrt, das sind { $count }
rule-make-first = `{ $id }` gibt es nicht ({ $noun }); legen Sie es zuerst an, oder sehen Sie in der Liste nach
rule-no-organization = diese Organisation gibt es nicht
rule-organization-twice = diese Organisation ist zweimal genannt
rule-since = das liegt in der Zukunft; seither ist nichts geschehen
rule-until = das muss nach `since` liegen
rule-status = erwartet wird ein Status wie `503` oder eine Klasse davon wie `5xx`
rule-status-or-cause = ein Versuch hat entweder einen Status oder eine Ursache; lassen Sie eines von beiden weg
rule-job-webhook = nennen Sie den Webhook, einen von Ihren, dessen Zustellungen erneut gesendet werden sollen
rule-job-no-webhook = diesen Webhook gibt es in der Organisation nicht; `bellwire webhook list` nennt die vorhandenen
rule-job-states = nennen Sie `failed`, `cancelled` oder beide, oder nichts für `failed`
rule-job-state = gesammelt erneut gesendet werden nur Zustellungen, die `failed` oder `cancelled` sind
rule-job-rate = möglich sind 1 bis { $max } Zustellungen pro Sekunde, das sind { $rate }
rule-inspector-status = ein Inspektor antwortet mit 200, 204, 410, 500 oder 503
rule-inspector-delay = eine Antwort wartet 0 bis { $max } Sekunden
rule-grace = die alten Secrets können 0 Sekunden bis 30 Tage (2592000) weiter signieren
rule-secret-known = das ist schon eines der Secrets des Webhooks; wählen Sie ein neues
rule-token-end = { $end } ist vorbei oder liegt mehr als zehn Jahre voraus
rule-targets = eine Benachrichtigung hat 1 bis { $max } Schwellen, das sind { $count }
rule-percentages = sie nennen mehr als { $max } Prozentwerte; nehmen Sie eine größere Schrittweite
rule-webhooks = eine Benachrichtigung ruft 1 bis { $max } Webhooks auf, das sind { $count }
rule-quota = ein Kontingent ist eine ganze Zahl von 0 bis { $max }
rule-end = { $end } liegt nicht nach dem Beginn am { $start }
rule-months = { $number } ist keine Zahl von Monaten zwischen 1 und { $max }
rule-years = { $time } liegt nicht zwischen den Jahren 1970 und 2200

# What the form of a webhook, and other forms, ask themselves
form-seconds = erwartet wird eine ganze Zahl von Sekunden, von 0 bis 10
form-no-job = das gibt es nicht; wählen Sie noch einmal, was gesendet werden soll
form-choose-types = wählen Sie mindestens einen, oder empfangen Sie alles
form-no-header = `{ $line }` ist kein Header; schreiben Sie ihn wie `x-api-key: Wert`
form-header-value = `{ $name }` hatte vorher keinen Wert; schreiben Sie den, den er haben soll
form-no-number = `{ $text }` ist keine ganze Zahl
form-three-timeouts = geben Sie alle drei Zeitlimits an oder keines
form-burst = ein Schub braucht eine Zahl von Anfragen pro Sekunde

# URLs
url-required = eine URL ist nötig; schreiben Sie sie wie https://example.com/hook
url-blanks = eine URL hat keine Leerzeichen und keine Steuerzeichen; schreiben Sie ein Leerzeichen als %20
url-beginning = eine URL beginnt mit https:// oder http://; schreiben Sie sie wie https://example.com/hook
url-broken = das ist keine URL: { $error }; schreiben Sie sie wie https://example.com/hook
url-scheme = `{ $scheme }`-URLs lassen sich nicht aufrufen; beginnen Sie mit https:// oder http://
url-no-host = die URL nennt keinen Host; schreiben Sie sie wie https://example.com/hook
url-password = in der URL steht ein Benutzername oder Passwort, das in Protokollen landen würde; senden Sie es in einem Header, zum Beispiel `authorization`
url-fragment = was auf `#` folgt, wird nie an einen Server gesendet; nehmen Sie es aus der URL
url-port = Port 0 lässt sich nicht aufrufen; nennen Sie einen anderen oder keinen
url-https-here = das Profil `{ $name }` verlangt https; beginnen Sie die URL mit https:// (http:// geht nur für diesen Rechner: localhost, 127.0.0.0/8, ::1)
url-https = das Profil `{ $name }` verlangt https; beginnen Sie die URL mit https://
url-long = eine URL hat höchstens { $max } Byte, diese hat { $length }; kürzen Sie sie

# Headers of a webhook
header-count = höchstens { $max } Header sind möglich, das sind { $count }
header-name = der Name eines Headers besteht aus 1 bis { $max } Buchstaben, Ziffern und Bindestrichen, zum Beispiel `x-api-key`
header-twice = er steht zweimal da (bei Namen von Headern ist Groß- und Kleinschreibung gleich); geben Sie jeden nur einmal an
header-host = er entsteht aus der URL; ändern Sie stattdessen die URL
header-length = er entsteht aus dem Inhalt jeder Anfrage; lassen Sie ihn weg
header-type = er folgt aus dem Format des Profils; lassen Sie ihn weg
header-signature = er gehört zur Signatur jeder Anfrage (Standard Webhooks); wählen Sie einen anderen Namen
header-connection = er steuert die Verbindung, die für viele Anfragen bestehen bleibt; lassen Sie ihn weg
header-proxy = Anfragen gehen ohne Proxy hinaus, der ihn lesen könnte; wählen Sie einen anderen Namen
header-control = im Wert steht ein Zeilenumbruch, NUL oder ein anderes Steuerzeichen; nehmen Sie es heraus
header-blanks = Leerzeichen um den Wert eines Headers kommen beim Empfänger nicht an; nehmen Sie sie weg

# Secrets
secret-beginning = ein Secret zum Signieren beginnt mit `whsec_`
secret-base64 = nach `whsec_` ist ein Secret zum Signieren base64 mit Standardalphabet und Auffüllzeichen
secret-length = ein Secret zum Signieren enthält { $min } bis { $max } Byte, dieses enthält { $length }

# Logos
logo-bytes = ein Logo hat höchstens { $max } Byte (64 KiB), dieses hat { $length }; speichern Sie es kleiner
logo-svg = ein SVG kann Skripte enthalten und wird nicht angenommen; exportieren Sie es als PNG, JPEG oder WebP
logo-kind = das ist kein PNG-, JPEG- oder WebP-Bild
logo-sides = jede Seite eines Logos hat { $min } bis { $max } Pixel, dieses hat { $width } mal { $height }
logo-ratio = eine Seite eines Logos ist höchstens { $max }-mal so lang wie die andere, dieses hat { $width } mal { $height }

# Passwords
password-short = ein Passwort hat mindestens { $min } Zeichen, dieses hat { $length }; ein paar ungewöhnliche Wörter sind lang und leicht zu merken
password-not-yours = das ist nicht Ihr Passwort
password-weak = dieses Passwort ist zu leicht zu erraten
password-because = { $weak }: { $why }
password-advice = { $weak }. { $advice }
weak-rows = Tastenreihen sind leicht zu erraten
weak-patterns = Kurze Muster auf der Tastatur sind leicht zu erraten
weak-repeats = Wiederholungen wie `aaa` sind leicht zu erraten
weak-repeated = Wiederholungen wie `abcabcabc` sind kaum schwerer zu erraten als `abc`
weak-common = Das ist ein sehr verbreitetes Passwort
weak-similar = Es ähnelt einem verbreiteten Passwort
weak-sequences = Folgen wie `abc` oder `6543` sind leicht zu erraten
weak-years = Jahreszahlen der letzten Zeit sind leicht zu erraten
weak-word = Ein einzelnes Wort ist leicht zu erraten
weak-dates = Daten sind oft leicht zu erraten
weak-names = Namen sind leicht zu erraten
better-words = Nehmen Sie ein paar Wörter und keine Redewendung
better-plain = Sonderzeichen, Ziffern und Großbuchstaben sind nicht nötig
better-more-words = Fügen Sie ein oder zwei Wörter hinzu; ungewöhnliche sind besser
better-capitals = Großbuchstaben helfen wenig
better-all-capitals = Alles groß ist kaum schwerer zu erraten als alles klein
better-reversed = Rückwärts geschriebene Wörter sind kaum schwerer zu erraten
better-substitutes = `@` für `a` und Ähnliches hilft wenig
better-pattern = Nehmen Sie ein längeres Muster auf der Tastatur mit mehr Wendungen
better-no-repeats = Wiederholen Sie keine Wörter und Zeichen
better-no-sequences = Keine Folgen
better-no-recent-years = Keine Jahreszahlen der letzten Zeit
better-no-years = Keine Jahreszahlen, die man mit Ihnen verbindet
better-no-dates = Keine Daten und Jahreszahlen, die man mit Ihnen verbindet

# Percentages of a target
target-unexpected = bei Zeichen { $at }: erwartet { $expected }, gefunden { $found }; schreiben Sie `%= 80`, `%= 80 to 120` oder `%= 80 to 120 by 10`
target-number = bei Zeichen { $at }: { $what } ist eine ganze Zahl von 1 bis { $max }
target-backwards = der Bereich endet bei { $to } %, vor seinem Anfang bei { $from } %; drehen Sie ihn um
target-count = das sind { $count } Prozentwerte; eine Benachrichtigung nennt höchstens { $max }: Nehmen Sie eine größere Schrittweite
target-empty = die Liste ist leer; nennen Sie mindestens einen Prozentwert
target-percent = { $number } ist kein Prozentwert: eine ganze Zahl von 1 bis { $max }
target-a-percentage = ein Prozentwert
target-to = `to` oder das Ende
target-the-last = der letzte Prozentwert
target-by = `by` oder das Ende
target-the-step = die Schrittweite
target-the-end = das Ende
target-whole = eine ganze Zahl

# Words within sentences
noun-developer = Entwickler
noun-package = Paket
noun-rate-plan = Tarif
noun-developer-plan = gebuchter Tarif
noun-condition = Benachrichtigung
is-pending = ausstehend
is-delivered = zugestellt
is-failed = fehlgeschlagen
is-cancelled = abgebrochen
is-filtered = ausgefiltert
is-held = angehalten
problem-more = { $first } (und { $count } weitere)
problem-field = `{ $field }`: { $message }

# Why a URL would not be called
form-url-barred = dort käme jetzt nichts an: { $why }
barred-address = { $ip } ist keine öffentliche Adresse, und Webhooks erreichen nur öffentliche; wer den Server betreibt, kann das Netz mit `delivery.allow_networks` erlauben
barred-name = { $host } führt zu einer Adresse, die nicht öffentlich ist, und Webhooks erreichen nur öffentliche; wer den Server betreibt, kann das Netz mit `delivery.allow_networks` erlauben
barred-dns = den Namen { $host } gibt es nicht, er hat keine Adresse, oder er wurde gerade nicht gefunden
barred-slow = der Name { $host } wurde nicht rechtzeitig aufgelöst
rule-one-of = erwartet wird eines von `{ $names }`

# Links to the portal
rule-link-role = ein Link zum Portal gibt `viewer` oder `editor`
rule-link-channels = ein Link nennt höchstens { $max } Kanäle
rule-link-lasts = ein Link gilt 10 Sekunden bis einen Tag (86400)
rule-link-session = eine Sitzung dauert eine Minute (60) bis eine Woche (604800)
rule-link-origins = höchstens { $max } Origins dürfen ein Portal einbetten
rule-link-origin = eine Origin besteht aus Schema, Host und vielleicht Port einer Seite, wie `https://app.example`; `http://` geht nur für localhost

# What things are called
noun-webhook = Webhook
noun-event = Ereignis
noun-delivery = Zustellung
noun-attempt = Versuch
noun-link = Link
noun-job = Auftrag
noun-organization = Organisation
noun-user = Benutzer
noun-member = Mitglied
noun-token = Token
noun-session = Sitzung
noun-channel = Kanal
noun-inspector = Inspektor
noun-request = Anfrage
noun-application = Anwendung
noun-product = Produkt
noun-event-type = Ereignistyp
noun-identity-provider = Identitätsanbieter
