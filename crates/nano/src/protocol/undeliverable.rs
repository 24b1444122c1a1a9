//! What cannot be delivered: ICMP and ICMPv6 errors that quote the datagram (RFC 1122 section 3.2.2.1, RFC 4443 sections 3.1
//! and 3.4), up to 576 octets over IPv4 (RFC 1812 section 4.3.2.3) and 1,280 over IPv6.

labels! {
    /// What is said of a datagram that nobody takes.
    Undeliverable {
        Port4 "write port unreachable" Write(Layer::Body, 0, Here), "type, code";
        Protocol4 "write protocol unreachable" Write(Layer::Body, 0, Here), "type, code";
        Unused1 "write unused" Write(Layer::Body, 4, Here), "unused";
        Unused2 "write unused+2" Write(Layer::Body, 6, Here), "unused";
        Fits4 "fits?" Sum(At(Header, 2)), "is there room for all of it";
        Total576 "write total 576" Write(Layer::Header, 2, Here), "total length";
        Total4 "total" Sum(At(Header, 2)), "all of it, and headers of 28";
        WriteTotal "write total" Nibbles(Layer::Header, 2, Here), "total length";
        Type4 "error.type" Sum(At(WrittenBody, 0)), "type and code as I wrote them";
        Quote4 "quote" Sum(First(Header, 0, Until::Quote(548))), "the datagram again";
        Quote4Next "quote+" Sum(Next), "the datagram again";
        WriteChecksum4 "write error.checksum" Nibbles(Layer::Body, 2, Here), "ICMP checksum";
        WriteQuote4 "write quote" copy(Layer::Body, 8, Undeliverable::Quote4), "the datagram";
        // IPv6.
        Port6 "write port unreachable6" Write(Layer::Body, 0, Here), "type, code";
        Unused6 "write unused6" Write(Layer::Body, 4, Here), "unused";
        Unused62 "write unused6+2" Write(Layer::Body, 6, Here), "unused";
        Parameter "write parameter problem" Write(Layer::Body, 0, Here), "type, code";
        Pointer "write pointer" Write(Layer::Body, 4, Here), "pointer to the next header";
        Pointer2 "write pointer+2" Write(Layer::Body, 6, Here), "pointer to the next header";
        Fits6 "fits6?" Sum(At(Header, 4)), "is there room for all of it";
        Length1240 "write payload_length 1240" Write(Layer::Header, 4, Here), "payload length";
        Length6 "total6" Sum(At(Header, 4)), "all of it, and headers of 48";
        WriteLength6 "write total6" Nibbles(Layer::Header, 4, Here), "payload length";
        Type6 "error6.type" Sum(At(WrittenBody, 0)), "type and code as I wrote them, next header";
        Pointer6 "error6.pointer" Sum(At(WrittenBody, 6)), "pointer as I wrote it";
        Total6 "error6.length" Sum(At(Written, 4)), "payload length as I wrote it";
        Quote6 "quote6" Sum(First(Header, 0, Until::Quote(1232))), "the packet again";
        Quote6Next "quote6+" Sum(Next), "the packet again";
        Addresses "error6.addresses" Sum(First(Header, 8, Until::Offset(40))), "source and destination again";
        AddressesNext "error6.addresses+" Sum(Next), "source and destination again";
        WriteChecksum6 "write error6.checksum" Nibbles(Layer::Body, 2, Here), "ICMPv6 checksum";
        WriteQuote6 "write quote6" copy(Layer::Body, 8, Undeliverable::Quote6), "the packet";
    }
}
