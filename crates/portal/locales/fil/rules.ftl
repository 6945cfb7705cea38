# What the rules ask of a field
rule-empty = hindi ito puwedeng walang laman
rule-bytes = hanggang { $max } byte lang ito, at { $length } ang narito; paikliin ito
rule-characters = hanggang { $max } karakter lang, at { $length } ang narito; paikliin ito
rule-control = may control character rito (bagong linya, tab, NUL, …); alisin ito
rule-control-lines = may control character rito bukod sa bagong linya at tab; alisin ito
rule-slug = ang maikling pangalan ay 1 hanggang { $max } maliliit na titik, numero at gitling, at nagsisimula sa titik o numero, halimbawa `acme-travel`
rule-id = ang id ay 1 hanggang { $max } titik, numero, `_`, `.` at `-`, halimbawa `location_adjustable`
rule-email = ang email ay tulad ng `ann@example.com` at may hanggang { $max } byte
rule-language = ang wika ay tag tulad ng `it` o `pt-BR`
rule-colour = ang kulay ay `#` at anim na hexadecimal na numero, tulad ng `#0b6e4f`
rule-kind = ang klase ay isang salita na may 1 hanggang { $max } titik, numero, `_`, `-` at `.`, halimbawa `account` o `conference`
rule-event-type = hindi uri ng event ang `{ $text }`: sumulat ng mga titik, numero, `_` at `-` sa mga bahaging pinagdurugtong ng tuldok, halimbawa `booking.created`
rule-pattern-all = hindi pattern ang `*`: iwanang walang laman ang listahan para sa lahat ng uri ng event
rule-pattern = hindi pattern ang `{ $text }`: sumulat ng uri ng event tulad ng `booking.created`, o `booking.*` para sa lahat ng nagsisimula sa `booking.`
rule-channel = hindi channel ang `{ $text }`: isulat ito nang walang puwang, halimbawa `account:cool`
rule-reserved = ang `{ $name }` ay pangalan ng sariling event ng Bellwire, na walang ibang makakapagpadala o makakagawa; nakalaan ang mga pangalang ito: { $names }
rule-not-in-catalogue = wala ang `{ $name }` sa katalogo ng mga uri ng event, at ang mga naroon lang ang tinatanggap ng organisasyong ito; idagdag muna ito
rule-unknown-type = wala ang `{ $name }` sa katalogo ng mga uri ng event; idagdag muna ito
rule-unknown-type-or-data = wala ang `{ $name }` sa katalogo ng mga uri ng event; idagdag ito nang may halimbawa, o magpadala ng `data`
rule-no-example = walang halimbawa ang `{ $name }` sa katalogo; magdagdag ng isa, o magpadala ng `data`
rule-json = hindi ito JSON: { $error }
rule-depth = lampas sa { $max } antas ang pagkakapatong-patong nito
rule-schema-size = ang schema ay may hanggang { $max } byte at { $levels } antas
rule-schema-object = hindi ito JSON Schema: ang schema ay JSON object, halimbawa { $example }
rule-schema = hindi ito JSON Schema: { $why }
rule-schema-of = hindi ito tugma sa schema ng `{ $kind }`: { $message }
rule-example = hindi tugma sa schema ang halimbawa: { $message }
rule-example-size = ang halimbawa ay may hanggang { $max } byte at { $levels } antas
rule-place = { $message } (linya { $line }, hanay { $column })
rule-attempts = 1 hanggang { $max } pagsubok lang sa kabuuan
rule-delay = 1 hanggang { $max } segundo ang isang paghihintay
rule-jitter = 0 hanggang 100 ang jitter_percent
rule-milliseconds = 1 hanggang { $max } millisecond ito
rule-rate = 1 hanggang { $max } request bawat segundo ito
rule-rate-zero = sa 0 request bawat segundo, walang maipapadala kailanman; i-pause ang webhook para pigilan ang mga padala, o magbigay ng 1 hanggang { $max }
rule-at-once = 1 hanggang { $max } sabay-sabay na request ito
rule-same = pareho ito ng { $other }; isang beses lang isulat ang bawat isa
rule-entries-all = hanggang { $max } lang ang tinatanggap, at { $count } ang narito; iwanang walang laman ang listahan para sa lahat
rule-direct-types = ang direktang webhook ay tumatanggap lang ng ipinadala rito sa pamamagitan ng id, kaya wala itong mga uri ng event; iwanang walang laman ang listahan, o gamitin ang `direct: false` para tumanggap ayon sa uri ng event (ginagawang direkta ng ilang profile ang mga webhook kung walang ibang sinabi)
rule-name-required = kailangan ng pangalan sa profile na `{ $name }`; magbigay ng isa
rule-channel-required = kailangan ng kahit isang channel sa profile na `{ $name }`, halimbawa `account:cool`
rule-no-profile = walang profile na `{ $name }`; ang mga profile ay { $all }
rule-held = hindi naka-configure ang profile na `{ $name }` sa server na ito, kaya walang maipapadala at naghihintay ang mga padala; i-configure itong muli, o bigyan ng ibang profile ang webhook
rule-name-channels = sabihin kung aling mga channel ang pakikinggan nito, mula sa iyo: { $yours }; kung wala, pakikinggan nito ang lahat
rule-not-yours = hindi sa iyo ang channel na ito; ang sa iyo ay { $yours }
rule-no-webhook = walang webhook na { $id } ang organisasyon; nasa listahan ng mga webhook ang mga id nila
rule-webhook-twice = dalawang beses nakasulat ang webhook na { $id }
rule-twice = dalawang beses nakasulat ang `{ $name }`
rule-kept = hanggang { $max } lang ang itinatabi, at { $count } ang mga ito
rule-make-first = walang `{ $id }` ({ $noun }); gawin muna ito, o tingnan ang listahan
rule-no-organization = walang ganitong organisasyon
rule-organization-twice = dalawang beses nakasulat ang organisasyong ito
rule-since = nasa hinaharap ito; wala pang nangyayari mula noon
rule-until = dapat mas huli ito kaysa `since`
rule-status = inaasahan ang status tulad ng `503`, o klase nito tulad ng `5xx`
rule-status-or-cause = status o sanhi lang ang mayroon ang isang pagsubok; alisin ang isa sa dalawa
rule-job-webhook = sabihin kung alin sa mga webhook mo ang may mga padalang ipapadala muli
rule-job-no-webhook = walang ganitong webhook sa organisasyong ito; ipinapakita ng `bellwire webhook list` ang mga mayroon
rule-job-states = isulat ang `failed`, `cancelled` o pareho, o iwanan para sa `failed`
rule-job-state = ang mga padalang `failed` at `cancelled` lang ang naipapadala muli nang maramihan
rule-job-rate = 1 hanggang { $max } padala bawat segundo ang bilis, at { $rate } ito
rule-inspector-status = 200, 204, 410, 500 o 503 ang isinasagot ng inspector
rule-inspector-delay = 0 hanggang { $max } segundo ang paghihintay ng sagot
rule-grace = makakapagpirma pa ang mga lumang secret nang 0 segundo hanggang 30 araw (2592000)
rule-secret-known = isa na ito sa mga secret ng webhook; pumili ng bago
rule-token-end = lumipas na ang { $end }, o mahigit sampung taon pa mula ngayon
rule-targets = 1 hanggang { $max } target ang isang abiso, at { $count } ang mga ito
rule-percentages = mahigit { $max } porsiyento ang nasasakop nila; lakihan ang hakbang
rule-webhooks = 1 hanggang { $max } webhook ang tinatawag ng isang abiso, at { $count } ang mga ito
rule-quota = ang target ay buong numero mula 0 hanggang { $max }
rule-end = ang { $end } ay hindi pagkatapos ng simula sa { $start }
rule-months = ang { $number } ay hindi bilang ng buwan mula 1 hanggang { $max }
rule-years = ang { $time } ay wala sa pagitan ng mga taong 1970 at 2200

# What the form of a webhook, and other forms, ask themselves
form-seconds = inaasahan ang buong bilang ng segundo, mula 0 hanggang 10
form-no-job = walang ganito; pumili muli ng ipapadala
form-choose-types = pumili ng kahit isa, o tanggapin ang lahat
form-no-header = hindi header ang `{ $line }`; isulat ito tulad ng `x-api-key: halaga`
form-header-value = walang halaga dati ang `{ $name }`; isulat ang dapat na halaga nito
form-no-number = hindi buong numero ang `{ $text }`
form-three-timeouts = ibigay ang tatlong hangganan ng oras, o wala
form-burst = kailangan ng bilang ng request bawat segundo para sa biglaang dagsa

# URLs
url-required = kailangan ng URL; isulat ito tulad ng https://example.com/hook
url-blanks = walang puwang at control character ang URL; isulat ang puwang bilang %20
url-beginning = nagsisimula ang URL sa https:// o http://; isulat ito tulad ng https://example.com/hook
url-broken = hindi ito URL: { $error }; isulat ito tulad ng https://example.com/hook
url-scheme = hindi matatawagan ang mga URL na `{ $scheme }`; simulan sa https:// o http://
url-no-host = walang host sa URL; isulat ito tulad ng https://example.com/hook
url-password = may pangalan ng user o password sa URL, na malalagay sa mga log; ipadala ito bilang header, halimbawa `authorization`
url-fragment = hindi kailanman ipinapadala sa server ang kasunod ng `#`; alisin ito sa URL
url-port = hindi matatawagan ang port 0; magbigay ng iba, o wala
url-https-here = kailangan ng https sa profile na `{ $name }`; simulan ang URL sa https:// (para sa makinang ito lang tinatanggap ang http://: localhost, 127.0.0.0/8, ::1)
url-https = kailangan ng https sa profile na `{ $name }`; simulan ang URL sa https://
url-long = hanggang { $max } byte ang URL, at { $length } ito; paikliin

# Headers of a webhook
header-count = hanggang { $max } header lang ang tinatanggap, at { $count } ang narito
header-name = ang pangalan ng header ay 1 hanggang { $max } titik, numero at gitling, halimbawa `x-api-key`
header-twice = dalawang beses itong nakasulat (pareho ang malaki at maliit na titik sa pangalan ng header); isang beses lang isulat ang bawat isa
header-host = galing ito sa URL; ang URL ang baguhin
header-length = galing ito sa laman ng bawat request; alisin ito
header-type = sumusunod ito sa format ng profile; alisin ito
header-signature = bahagi ito ng pirma ng bawat request (Standard Webhooks); pumili ng ibang pangalan
header-connection = kinokontrol nito ang koneksiyon, na ginagamit sa maraming request; alisin ito
header-proxy = walang proxy na makakabasa nito sa mga ipinapadalang request; pumili ng ibang pangalan
header-control = may bagong linya, NUL o ibang control character sa halaga; alisin ito
header-blanks = hindi nakakarating sa receiver ang mga puwang sa paligid ng halaga ng header; alisin ang mga ito

# Secrets
secret-beginning = nagsisimula sa `whsec_` ang secret na pampirma
secret-base64 = pagkatapos ng `whsec_`, base64 ang secret na pampirma, sa karaniwang alpabeto at may padding
secret-length = { $min } hanggang { $max } byte ang laman ng secret na pampirma, at { $length } ang laman nito

# Logos
logo-bytes = hanggang { $max } byte (64 KiB) ang logo, at { $length } ito; i-save nang mas maliit
logo-svg = maaaring may script ang SVG kaya hindi ito tinatanggap; i-export bilang PNG, JPEG o WebP
logo-kind = hindi ito larawang PNG, JPEG o WebP
logo-sides = { $min } hanggang { $max } pixel ang bawat gilid ng logo, at { $width } por { $height } ito
logo-ratio = hanggang { $max } beses lang ng isang gilid ang kabila, at { $width } por { $height } ang logo na ito

# Passwords
password-short = hindi bababa sa { $min } karakter ang password, at { $length } ito; mahaba at madaling tandaan ang ilang di-karaniwang salita
password-not-yours = hindi ito ang password mo
password-weak = masyadong madaling hulaan ang password na ito
password-because = { $weak }: { $why }
password-advice = { $weak }. { $advice }
weak-rows = madaling hulaan ang magkakasunod na key
weak-patterns = madaling hulaan ang maiikling pattern sa keyboard
weak-repeats = madaling hulaan ang pag-uulit tulad ng `aaa`
weak-repeated = halos kasindali lang ng `abc` ang pag-uulit tulad ng `abcabcabc`
weak-common = napakakaraniwan ng password na ito
weak-similar = kahawig ito ng isang karaniwang password
weak-sequences = madaling hulaan ang sunuran tulad ng `abc` o `6543`
weak-years = madaling hulaan ang mga kamakailang taon
weak-word = madaling hulaan ang iisang salita
weak-dates = madalas na madaling hulaan ang mga petsa
weak-names = madaling hulaan ang mga pangalan
better-words = Gumamit ng ilang salita, at iwasan ang kilalang kasabihan
better-plain = Hindi kailangan ng simbolo, numero o malaking titik
better-more-words = Magdagdag ng isa o dalawang salita; mas mabuti ang di-karaniwan
better-capitals = Hindi gaanong nakakatulong ang malalaking titik
better-all-capitals = Halos kasindali lang ng puro maliit ang puro malaking titik
better-reversed = Halos kasindali lang ang mga salitang binaligtad
better-substitutes = Hindi gaanong nakakatulong ang `@` kapalit ng `a` at mga katulad nito
better-pattern = Gumamit ng mas mahabang pattern sa keyboard, na mas maraming liko
better-no-repeats = Huwag ulitin ang mga salita at titik
better-no-sequences = Iwasan ang mga sunuran
better-no-recent-years = Iwasan ang mga kamakailang taon
better-no-years = Iwasan ang mga taong may kinalaman sa iyo
better-no-dates = Iwasan ang mga petsa at taong may kinalaman sa iyo

# Percentages of a target
target-unexpected = sa karakter { $at }: inaasahan ang { $expected }, nakita ang { $found }; isulat ang `%= 80`, `%= 80 to 120` o `%= 80 to 120 by 10`
target-number = sa karakter { $at }: ang { $what } ay buong numero mula 1 hanggang { $max }
target-backwards = nagtatapos ang saklaw sa { $to } %, bago ang simula nito sa { $from } %; pagpalitin ang dalawa
target-count = { $count } porsiyento ang mga ito; hanggang { $max } lang ang isang abiso: lakihan ang hakbang
target-empty = walang laman ang listahan; magbigay ng kahit isang porsiyento
target-percent = hindi porsiyento ang { $number }: buong numero mula 1 hanggang { $max }
target-a-percentage = porsiyento
target-to = `to` o ang dulo
target-the-last = huling porsiyento
target-by = `by` o ang dulo
target-the-step = hakbang
target-the-end = dulo
target-whole = buong numero

# Words within sentences
noun-developer = developer
noun-package = package
noun-rate-plan = rate plan
noun-developer-plan = rate plan ng developer
noun-condition = abiso
is-pending = naghihintay
is-delivered = naihatid
is-failed = nabigo
is-cancelled = kinansela
is-filtered = hindi isinama
is-held = nakabinbin
problem-more = { $first } (at { $count } pa)
problem-field = `{ $field }`: { $message }

# Why a URL would not be called
form-url-barred = walang darating doon ngayon: { $why }
barred-address = hindi pampublikong address ang { $ip }, at mga pampublikong address lang ang naaabot ng mga webhook; puwedeng payagan ng nagpapatakbo ng server ang network nito gamit ang `delivery.allow_networks`
barred-name = papunta ang { $host } sa address na hindi pampubliko, at mga pampublikong address lang ang naaabot ng mga webhook; puwedeng payagan ng nagpapatakbo ng server ang network nito gamit ang `delivery.allow_networks`
barred-dns = walang pangalang { $host }, wala itong address, o hindi ito nakita ngayon
barred-slow = hindi nahanap sa oras ang pangalang { $host }
rule-one-of = inaasahan ang isa sa `{ $names }`

# Links to the portal
rule-link-role = `viewer` o `editor` ang ibinibigay ng link sa portal
rule-link-channels = hanggang { $max } channel lang ang isang link
rule-link-lasts = gumagana ang link nang 10 segundo hanggang isang araw (86400)
rule-link-session = isang minuto (60) hanggang isang linggo (604800) ang isang session
rule-link-origins = hanggang { $max } origin lang ang makakapag-embed ng portal
rule-link-origin = ang origin ay scheme, host at maaaring port ng isang pahina, tulad ng `https://app.example`; para lang sa localhost ang `http://`

# What things are called
noun-webhook = webhook
noun-event = event
noun-delivery = padala
noun-attempt = pagsubok
noun-link = link
noun-job = muling padala
noun-organization = organisasyon
noun-user = user
noun-member = kasapi
noun-token = token
noun-session = session
noun-channel = channel
noun-inspector = inspector
noun-request = request
noun-application = application
noun-product = produkto
noun-event-type = uri ng event
noun-identity-provider = identity provider
