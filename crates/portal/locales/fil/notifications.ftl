notify-title = Mga Pagitan ng Abiso
notify-lead = Sa porsiyento ng target na bilang ng transaksyon ng “{ $plan }”.
notify-row = Kondisyon { $number }
notify-row-remove = Alisin ang kondisyon { $number }
notify-from = Sa/Mula %
notify-to = Hanggang %
notify-step = Hakbang %
notify-hint = Para sa isang tiyak na porsiyento, “Sa/Mula %” lamang ang punan. Para sa saklaw, punan ang tatlo.
notify-add = + Magdagdag
notify-at = Mag-aabiso Sa
notify-at-none = Maglagay ng porsiyento para makita kung kailan tatawagin ang mga webhook.
notify-at-count = { $count ->
    [one] 1 porsiyento
   *[other] { $count } porsiyento
}
notify-range = { $from } hanggang { $to }, bawat { $step }
notify-list-row = Tiyak sa { $list } %. Galing sa API ang listahang ito; puwedeng panatilihin o alisin.
notify-webhooks = Mga Webhook
notify-webhooks-hint = Piliin kung sino ang tatawagin sa bawat porsiyentong ito.
notify-webhooks-search = Maghanap ng webhook
notify-webhooks-more = Mayroon pang iba. Hanapin ang mga ito.
notify-webhooks-none = Wala pang webhook. Gumawa muna ng isa, saka bumalik dito.
notify-webhook-gone = Isang webhook na inalis na
notify-create = Gumawa ng Abiso
notify-save = I-save ang Abiso
notify-delete = Burahin ang Abiso
notify-delete-title = Burahin ang abisong ito?
notify-delete-lead = Hindi na tatawagin ang mga webhook sa { $targets } ng “{ $plan }”.
notify-done-created = Nagawa na ang abiso. May bisa na ito mula ngayon.
notify-done-saved = Na-save na ang abiso.
notify-done-removed = Nabura na ang abiso.
notify-wrong-empty = Maglagay ng porsiyento.
notify-wrong-begin = Ilagay ang porsiyentong pagsisimulan ng saklaw.
notify-wrong-number = Maglagay ng buong numero mula 1 hanggang { $most }.
notify-wrong-backwards = Nagsisimula sa { $from }% ang saklaw: maglagay ng ganito o mas mataas.
notify-wrong-many = { $count } porsiyento iyan; 1,000 ang pinakamarami. Lakihan ang hakbang.
notify-wrong-webhooks = Pumili ng kahit isang webhook.
