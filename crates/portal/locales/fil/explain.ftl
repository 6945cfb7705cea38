# Why a webhook gets an event, or does not
match-all = Nakikinig ito sa lahat ng uri ng event.
match-type = Nakikinig ito sa `{ $name }`.
match-addressed = Dito naka-address ang event.
match-deleted = Inalis ito noong { $at }.
match-disabled = Naka-disable ito. { $why }
match-was-disabled = Naka-disable ito noon.
match-condition = Ang naka-address lang dito ang natatanggap nito: walang abiso para sa porsiyentong ito na tumutukoy rito, o naka-disable ito nang maabot ang porsiyento.
match-direct = Mga event lang na naka-address dito ang natatanggap nito, at hindi ganoon ang isang ito.
match-own = Nakikinig ito sa lahat ng uri ng event maliban sa sarili ng Bellwire; isa roon ang `{ $name }`, at kailangang banggitin.
match-other-type = Nakikinig ito sa { $types }, at `{ $name }` ang event.
match-no-channel = Nakikinig ito sa { $own }, at wala sa alinmang channel ang event.
match-other-channel = Nakikinig ito sa { $own }, at nasa { $channels } ang event.
match-more = { $first } at { $count } pa
disabled-by-hand = Manu-manong pinatay ito.
disabled-errors = Awtomatikong pinatay ito: sumagot ang endpoint ng { $class } nang { $count } beses na walang tagumpay sa pagitan.
disabled-failing = Awtomatikong pinatay ito: nabigo ang bawat pagsubok mula { $since }.
disabled-gone = Awtomatikong pinatay ito: sumagot ang endpoint ng { $status }, na ibig sabihin ay wala na talaga ito.
explain-paused = Naka-pause ito mula { $at }: mabibinbin ang padala hanggang ituloy ito.
explain-sent = Ipinadala rito ang event; { $state } ang padala noong { $at }.
explain-changed = { $why } Binago ito noong { $at }, pagkatapos ng event: maaaring iba ang setting nito nang dumating ang event.
explain-test = Test ng ibang webhook ang event.
explain-younger = Tugma sana ito, pero ginawa ito noong { $at }, pagkatapos ng event.
explain-now = Tugma ito sa setting ngayon; binago ito noong { $at }, at hindi tugma nang dumating ang event.

# Bellwire's own events
own-disabled = Abiso ng Bellwire: pinatay ang isang webhook, dahil sa hangganan ng profile nito o manu-mano. Kinansela ang mga naghihintay.
own-failing = Abiso ng Bellwire: ilang beses nang sunod-sunod na nabigo ang mga pagsubok ng isang webhook. Isang beses lang sinasabi, at uulitin lang kapag nakabangon na ito.
own-recovered = Abiso ng Bellwire: muling sumagot nang matagumpay ang isang webhook na naiulat na pumapalya.
own-exhausted = Abiso ng Bellwire: tuluyan nang nabigo ang isang padala, dahil wala nang ibang pagsubok na pinapayagan ng profile nito.
own-usage = Abiso ng Bellwire: umabot ang nagamit ng isang developer sa rate plan sa porsiyento ng target nito kung saan tumatawag ng mga webhook ang isang abiso. Isang beses sa bawat porsiyento sa bawat panahon.

# What profiles do
profile-advocate = Laman na {"{"}id, type, tenantAlias, live, created, data{"}"}; 200 lang ang tagumpay; inuulit bawat oras, 72 pagsubok sa kabuuan.
profile-apigee = Ang datos lang ang laman; tagumpay ang anumang 2xx; apat na beses sinusubukan ang 5xx at walang sagot, limang minuto ang pagitan.
profile-eventinsight = Laman na {"{"}entity_id, entity_type, action_type, result{"}"}; isang pagsubok, maliban kung humingi pa ang webhook.
profile-standard = Laman na {"{"}type, timestamp, data{"}"}; tagumpay ang anumang 2xx; inuulit sa loob ng mga tatlong araw.
profile-wink = Laman na {"{"}id, type, createdDate, ownerIdentifier, data{"}"}; 200 lang ang tagumpay; inuulit sa loob ng mga tatlong araw.
