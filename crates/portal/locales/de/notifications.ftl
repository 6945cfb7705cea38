notify-title = Wann benachrichtigt wird
notify-lead = In Prozent der vereinbarten Zahl von Transaktionen von „{ $plan }“.
notify-row = Bedingung { $number }
notify-row-remove = Bedingung { $number } entfernen
notify-from = Bei/Von %
notify-to = Bis %
notify-step = Schritt %
notify-hint = Für einen genauen Prozentsatz füllen Sie nur „Bei/Von %“ aus, für einen Bereich alle drei Felder.
notify-add = + Hinzufügen
notify-at = Benachrichtigt bei
notify-at-none = Geben Sie einen Prozentsatz ein, um zu sehen, wann Webhooks aufgerufen werden.
notify-at-count = { $count ->
    [one] 1 Prozentsatz
   *[other] { $count } Prozentsätze
}
notify-range = { $from } bis { $to }, alle { $step }
notify-list-row = Genau bei { $list } %. Diese Liste kommt aus der API; Sie können sie behalten oder entfernen.
notify-webhooks = Webhooks
notify-webhooks-hint = Wählen Sie, wer bei jedem dieser Prozentsätze aufgerufen wird.
notify-webhooks-search = Webhook suchen
notify-webhooks-more = Es gibt weitere. Suchen Sie nach ihnen.
notify-webhooks-none = Es gibt noch keinen Webhook. Legen Sie zuerst einen an und kommen Sie dann zurück.
notify-webhook-gone = Ein entfernter Webhook
notify-create = Benachrichtigung anlegen
notify-save = Benachrichtigung speichern
notify-delete = Benachrichtigung löschen
notify-delete-title = Diese Benachrichtigung löschen?
notify-delete-lead = Bei { $targets } von „{ $plan }“ werden keine Webhooks mehr aufgerufen.
notify-done-created = Die Benachrichtigung wurde angelegt und gilt ab jetzt.
notify-done-saved = Die Benachrichtigung wurde gespeichert.
notify-done-removed = Die Benachrichtigung wurde gelöscht.
notify-wrong-empty = Geben Sie einen Prozentsatz ein.
notify-wrong-begin = Geben Sie den Prozentsatz ein, bei dem der Bereich beginnt.
notify-wrong-number = Geben Sie eine ganze Zahl von 1 bis { $most } ein.
notify-wrong-backwards = Der Bereich beginnt bei { $from } %: Geben Sie mindestens das ein.
notify-wrong-many = Das sind { $count } Prozentsätze, möglich sind höchstens 1.000. Wählen Sie einen größeren Schritt.
notify-wrong-webhooks = Wählen Sie mindestens einen Webhook.
