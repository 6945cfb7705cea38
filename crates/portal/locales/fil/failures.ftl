failures-lead = Kung ano ang hindi dumarating, bakit, at ano ang gagawin.
failures-none = Walang palya
failures-none-lead = Wala ni isang request na nabigo sa panahong ito.
failures-sum = { $count ->
    [1] Isang nabigong request
   *[other] { $said } nabigong request
} { $groups ->
    [1] na iisa ang sanhi.
   *[other] na may { $groups } sanhi.
}
failures-more = Hindi ipinapakita ang iba: { $said } pa. Pumili ng mas maikling panahon.
failures-only = Ang
failures-sort = Ayos
failures-sort-last = Pinakabago muna
failures-sort-count = Pinakamadalas muna
failures-times = nabigong request
failures-trend = { $count ->
    [1] Isang nabigong request, sa { $steps } yugto ng panahon
   *[other] { $said } nabigong request, sa { $steps } yugto ng panahon
}
failures-first = Una
failures-last = Huli
failures-outcome = Kinalabasan
failures-lost-none = walang isinuko
failures-lost = { $count ->
    [1] isang padala ang isinuko
   *[other] { $said } padala ang isinuko
}
failures-example = Tingnan ang halimbawa
failures-retry = Ipadala muli…
