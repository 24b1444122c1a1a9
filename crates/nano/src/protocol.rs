//! The protocols that nano speaks: for each a list of labels, which are the requests that the network can make of
//! the [tape](crate::tape), in one small file. Their order is the order of the tokens.

macro_rules! labels {
    ($(#[$doc:meta])* $protocol:ident { $($label:ident $name:literal $action:expr, $english:literal;)* }) => {
        $(#[$doc])*
        #[allow(missing_docs, reason = "name() and english() say what each is")]
        #[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
        #[repr(u8)]
        pub enum $protocol { $($label),* }

        impl $protocol {
            pub(super) const ALL: &'static [$protocol] = &[$($protocol::$label),*];

            pub(super) const fn name(self) -> &'static str {
                match self { $($protocol::$label => $name),* }
            }

            pub(super) const fn english(self) -> &'static str {
                match self { $($protocol::$label => $english),* }
            }

            #[allow(unused_imports)]
            pub(super) fn action(self) -> $crate::grammar::Action {
                use $crate::grammar::{Action::*, At::*, Layer, Source::*, Space::*, Until, copy, opposite};
                match self { $($protocol::$label => $action),* }
            }
        }
    };
}

macro_rules! protocols {
    ($($protocol:ident $module:ident;)*) => {
        $(mod $module; pub use $module::$protocol;)*

        /// A request of the network, or the end of its thought.
        #[allow(missing_docs, reason = "each protocol says what it is")]
        #[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
        pub enum Label { $($protocol($protocol)),* }

        impl Label {
            /// How many there are.
            pub const COUNT: usize = 0 $(+ $protocol::ALL.len())*;

            /// Every label, in token order.
            pub const ALL: [Label; Self::COUNT] = {
                let mut all = [Label::Ethernet(Ethernet::To); Self::COUNT];
                let mut count = 0;
                $({
                    let mut i = 0;
                    while i < $protocol::ALL.len() {
                        all[count] = Label::$protocol($protocol::ALL[i]);
                        (i, count) = (i + 1, count + 1);
                    }
                })*
                all
            };

            /// Its number, `0..COUNT`.
            #[allow(unused_assignments)]
            pub const fn number(self) -> usize {
                let mut first = 0;
                $(
                    if let Label::$protocol(label) = self {
                        return first + label as usize;
                    }
                    first += $protocol::ALL.len();
                )*
                unreachable!()
            }

            /// The short name used in traces; of a drop, the name of the reason.
            pub const fn name(self) -> &'static str {
                match self { $(Label::$protocol(label) => label.name()),* }
            }

            /// What the label does, in the words of the rendered reasoning.
            pub const fn english(self) -> &'static str {
                match self { $(Label::$protocol(label) => label.english()),* }
            }

            /// What the label asks of the tape.
            pub fn action(self) -> crate::grammar::Action {
                match self { $(Label::$protocol(label) => label.action()),* }
            }
        }

        $(impl From<$protocol> for Label {
            fn from(label: $protocol) -> Label {
                Label::$protocol(label)
            }
        })*
    };
}

protocols! {
    Ethernet ethernet;
    Arp arp;
    Ipv4 ipv4;
    Icmp icmp;
    Ipv6 ipv6;
    Icmpv6 icmpv6;
    Neighbor neighbor;
    Udp udp;
    Tcp tcp;
    Undeliverable undeliverable;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_label_has_its_number() {
        for (number, label) in Label::ALL.into_iter().enumerate() {
            assert_eq!(label.number(), number);
        }
    }

    #[test]
    fn names_tell_labels_apart() {
        use crate::grammar::Action;
        let spoken = Label::ALL.into_iter().filter(|label| label.action() != Action::Drop);
        let mut names: Vec<&str> = spoken.map(Label::name).collect();
        names.sort_unstable();
        for pair in names.windows(2) {
            assert_ne!(pair[0], pair[1]);
        }
    }
}
