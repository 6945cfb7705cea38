jobs = Mga muling padala
jobs-lead = Ang mga ipinadalang muli nang maramihan, at kung gaano na kalayo.
jobs-none = Wala pang ipinadalang muli nang maramihan
jobs-none-lead = Kapag bumagsak ang isang endpoint, maipapadala muli ang lahat ng hindi nito natanggap sa bilis na kaya nito.
job-new = Ipadala muli
job-new-lead = Magbilang muna, pumili ng bilis, saka magsimula. Hindi na ipinapadala ulit ang alam nang dumating.
job-title = Muling pagpapadala
job-what = Ano
job-when = Mula
job-until = Hanggang
job-since = Mula { $since }
job-all-kept = Lahat ng nakatago
job-both = nabigo o kinansela
job-last-answer = Huling sagot
job-recount = Magbilang
job-count = { $count ->
    [1] Isang padala ang ipapadala muli.
   *[other] { $said } padala ang ipapadala muli.
}
job-count-least = { $count ->
    [1] Hindi bababa sa isang padala ang ipapadala muli.
   *[other] Hindi bababa sa { $said } padala ang ipapadala muli.
}
job-count-none = Walang kailangang ipadala muli
job-count-none-lead = Ang lahat ng tugma ay dumating na o papunta na muli.
job-leaves-out = Hindi isinama
job-begin = { $count ->
    [1] Ipadala ito muli
   *[other] Ipadala muli ang { $said }
}
job-begin-all = Ipadala muli ang lahat
job-rate-label = Bilis
job-rate-hint = Mas mabuting dahan-dahan ang padala sa endpoint na kababalik lang. Mababago mo ito habang tumatakbo.
job-rate = { $rate } bawat segundo
lasts-seconds = { $count ->
    [1] mga isang segundo
   *[other] mga { $count } segundo
}
lasts-minutes = { $count ->
    [1] mga isang minuto
   *[other] mga { $count } minuto
}
lasts-hours = { $count ->
    [1] mga isang oras
   *[other] mga { $count } oras
}
lasts-days = { $count ->
    [1] mga isang araw
   *[other] mga { $count } araw
}
job-overlap = May isa pang muling padala para sa mga ito na hindi pa tapos. Hintayin itong matapos, o wakasan ito.
job-disabled = Nakapatay ito at walang natatanggap. I-enable muna, saka magpadala muli.
job-deleted = Naalis na ito at wala nang matatanggap.
job-running = tumatakbo
job-paused = naka-pause
job-finished = tapos
job-cancelled = winakasan
job-stopped = tumigil
job-says-running = Nagpapadala, { $rate } bawat segundo.
job-says-paused = Na-pause ni { $by }. Walang ipapadala hanggang ituloy ito.
job-says-cancelled = Winakasan ni { $by }. Mananatili ang mga hindi pa naipadala noon.
job-says-finished = Tapos na. Naipadala muli: { $done }.
job-says-disabled = Tumigil: pinatay ang tatanggap. I-enable ito, saka magsimula muli.
job-says-deleted = Tumigil: inalis ang tatanggap.
job-says-forgotten = Tumigil: isang linggong naka-pause.
job-ends = Matatapos
job-progress-title = Pag-usad
job-progress = { $done } sa { $total }
job-progress-open = { $done } sa ngayon
job-sent = Naipadala muli
job-left-out = Hindi isinama
job-to-go = Natitira
job-left-out-why = Bakit hindi isinama ang ilan
skip-sent-again = dumating na, o papunta na muli
skip-payload = hindi na nakatago ang nilalaman
skip-disabled = nakapatay
skip-deleted = naalis na
job-pause = I-pause
job-resume = Ituloy
job-cancel = Wakasan
job-cancel-title = Wakasan ang muling padalang ito?
job-cancel-lead = Mananatiling naipadala ang mga naipadala na. Maiiwan ang iba, at makapagsisimula ka ulit kahit kailan.
job-started = Sinimulan
done-job-started = Nagsimula na.
done-job-paused = Naka-pause.
done-job-resumed = Itinuloy.
done-job-cancelled = Winakasan.
done-job-rate = Nabago ang bilis.
done-job-over = Tapos na ito.
