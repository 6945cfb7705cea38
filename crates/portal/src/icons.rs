//! The icons, drawn for this design on a grid of 24: inline SVG, so that a page asks for no file and
//! icons have the colour of the text. They say nothing: a text always stands beside them.

macro_rules! icons {
    ($($name:literal = $paths:literal;)+) => {
        /// An icon; nothing for a name that there is not.
        pub(crate) fn icon(name: &str) -> &'static str {
            match name {
                $($name => concat!(
                    "<svg class=\"icon\" viewBox=\"0 0 24 24\" aria-hidden=\"true\">",
                    $paths,
                    "</svg>"
                ),)+
                _ => "",
            }
        }
    };
}

icons! {
    "bell" = "<path d='M6 9a6 6 0 0 1 12 0c0 6 2.5 7.5 2.5 7.5h-17S6 15 6 9Z'/><path d='M10 20.5a2.2 2.2 0 0 0 4 0'/>";
    "webhook" = "<circle cx='12' cy='6.5' r='3'/><circle cx='5.5' cy='17.5' r='3'/><circle cx='18.5' cy='17.5' r='3'/><path d='M10.6 9.2 7 15M13.4 9.2 17 15M8.5 17.5h7'/>";
    "events" = "<path d='M4 6h16M4 12h16M4 18h10'/>";
    "more" = "<path d='M5 12h.01M12 12h.01M19 12h.01' stroke-width='2.75'/>";
    "user" = "<circle cx='12' cy='8' r='3.5'/><path d='M5 20c.7-3.6 3.4-5.5 7-5.5s6.300 1.900 7 5.5'/>";
    "down" = "<path d='m7 10 5 5 5-5'/>";
    "plus" = "<path d='M12 5v14M5 12h14'/>";
    "check" = "<path d='m5 12.500 4.500 4.500L19 7.500'/>";
    "warn" = "<path d='M12 4 2.800 19.500h18.400L12 4Z'/><path d='M12 10v4M12 17h.01'/>";
    "search" = "<circle cx='11' cy='11' r='6.5'/><path d='m16 16 4 4'/>";
    "send" = "<path d='M20 4 3.500 10.500l6.500 3 3 6.500L20 4Z'/><path d='m10 13.500 4.500-4.500'/>";
    "edit" = "<path d='M4 20h4L19 9l-4-4L4 16v4Z'/><path d='m13 7 4 4'/>";
    "pause" = "<path d='M8.500 5v14M15.500 5v14'/>";
    "play" = "<path d='M7 5v14l11.500-7L7 5Z'/>";
    "key" = "<circle cx='8' cy='15' r='4'/><path d='m11 12 8-8M16 7l2.500 2.500'/>";
    "remove" = "<path d='M4.500 7h15M9.500 7V4.500h5V7M6.500 7l1 13h9l1-13M10 11v5M14 11v5'/>";
    "copy" = "<rect x='8.500' y='8.500' width='11' height='11' rx='2'/><path d='M15.500 8.500v-2a2 2 0 0 0-2-2h-7a2 2 0 0 0-2 2v7a2 2 0 0 0 2 2h2'/>";
    "out" = "<path d='M14 4.500H6.500a2 2 0 0 0-2 2v11a2 2 0 0 0 2 2H14M10 12h10M16.500 8.500 20 12l-3.500 3.500'/>";
    "overview" = "<rect x='4' y='4' width='7' height='9' rx='1.500'/><rect x='13' y='4' width='7' height='5' rx='1.500'/><rect x='4' y='15' width='7' height='5' rx='1.500'/><rect x='13' y='11' width='7' height='9' rx='1.500'/>";
    "failures" = "<circle cx='12' cy='12' r='8.500'/><path d='M12 7.500v5.500M12 16.200h.01'/>";
    "rate-plans" = "<path d='M4.500 17.500a8.500 8.500 0 1 1 15 0'/><path d='m12 14 3.500-5'/><path d='M12 14h.01'/>";
    "packages" = "<path d='M12 3.500 4 7.500v9l8 4 8-4v-9l-8-4Z'/><path d='m4 7.500 8 4 8-4M12 11.500v9'/>";
    "people" = "<circle cx='9' cy='8.500' r='3'/><path d='M3.500 19a5.500 5.500 0 0 1 11 0M15.500 5.800a3 3 0 0 1 0 5.400M17 14a5.500 5.500 0 0 1 3.500 5'/>";
    "types" = "<path d='M4 4.500h7l9 9-7 7-9-9v-7Z'/><path d='M8.500 9h.01'/>";
    "inspector" = "<path d='M2.500 12S6 5.500 12 5.500 21.500 12 21.500 12 18 18.500 12 18.500 2.500 12 2.500 12Z'/><circle cx='12' cy='12' r='2.750'/>";
    "settings" = "<path d='M4 7h9M17 7h3M4 17h3M11 17h9'/><circle cx='15' cy='7' r='2'/><circle cx='9' cy='17' r='2'/>";
    "again" = "<path d='M4.500 12a7.500 7.500 0 1 1 2.200 5.300'/><path d='M4.500 18.500v-4h4'/>";
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_icon_is_hidden_from_those_who_listen() {
        assert!(icon("bell").contains("aria-hidden=\"true\""));
        assert_eq!(icon("nothing"), "");
    }
}
