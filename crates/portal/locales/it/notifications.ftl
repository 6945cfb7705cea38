notify-title = Intervalli di notifica
notify-lead = In percentuale del numero di transazioni previsto da «{ $plan }».
notify-row = Condizione { $number }
notify-row-remove = Rimuovi la condizione { $number }
notify-from = A/Da %
notify-to = Fino a %
notify-step = Passo %
notify-hint = Per una percentuale esatta compila solo «A/Da %». Per un intervallo compila tutti e tre.
notify-add = + Aggiungi
notify-at = Avvisa a
notify-at-none = Inserisci una percentuale per vedere quando verranno chiamati i webhook.
notify-at-count = { $count ->
    [one] 1 percentuale
   *[other] { $count } percentuali
}
notify-range = da { $from } a { $to }, ogni { $step }
notify-list-row = Esattamente a { $list } %. Questo elenco viene dall'API: puoi tenerlo o rimuoverlo.
notify-webhooks = Webhook
notify-webhooks-hint = Scegli chi viene chiamato a ciascuna di queste percentuali.
notify-webhooks-search = Cerca un webhook
notify-webhooks-more = Ce ne sono altri. Cercali per nome o URL.
notify-webhooks-none = Non c'è ancora nessun webhook. Creane uno, poi torna qui.
notify-webhook-gone = Un webhook rimosso
notify-create = Crea notifica
notify-save = Salva notifica
notify-delete = Elimina notifica
notify-delete-title = Eliminare questa notifica?
notify-delete-lead = I webhook non verranno più chiamati a { $targets } di «{ $plan }».
notify-done-created = La notifica è stata creata. Vale da ora in poi.
notify-done-saved = La notifica è stata salvata.
notify-done-removed = La notifica è stata eliminata.
notify-wrong-empty = Inserisci una percentuale.
notify-wrong-begin = Inserisci la percentuale da cui parte l'intervallo.
notify-wrong-number = Inserisci un numero intero da 1 a { $most }.
notify-wrong-backwards = L'intervallo parte da { $from }%: inserisci almeno questo valore.
notify-wrong-many = Sono { $count } percentuali; al massimo possono essere 1.000. Scegli un passo più grande.
notify-wrong-webhooks = Scegli almeno un webhook.
