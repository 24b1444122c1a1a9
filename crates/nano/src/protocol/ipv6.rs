//! IPv6 (RFC 8200): is the packet whole, for me or a group that I am in, and from one other node? Then the sum of its
//! pseudo-header, which whatever follows is summed with.

labels! {
    /// What is said of an IPv6 header.
    Ipv6 {
        Mine "mine?" Look(At(OwnIpv6, 0)), "have I such an address";
        PayloadLength "payload_length" Look(At(Header, 4)), "payload length";
        FinalLook "final6?" Look(Final), "the last word of the packet";
        ShortNext "next_header?" Look(At(Header, 6)), "may so little follow";
        Group "group?" Look(At(Header, 24)), "is it for a group";
        ToLow "to6.low" Sum(Last(Header, 24, 40)), "destination, last word";
        ToLowMine "to6.low-mine" Sum(Last(OwnIpv6, 0, 16)), "less my own";
        To "to6" Sum(Next), "destination, the word before";
        ToMine "to6-mine" Sum(NextOwn), "less my own";
        Zeros "group+2" Look(First(Header, 26, Until::Offset(34))), "which group";
        ZerosNext "group+4" Look(Next), "which group";
        Group6 "group+10" Look(At(Header, 34)), "all nodes, or some";
        Nodes7 "group+12" Look(At(Header, 36)), "all nodes";
        Nodes8 "group+14" Look(At(Header, 38)), "all nodes";
        SolicitedLow "group.low" Sum(At(Header, 38)), "those whose addresses end so";
        SolicitedLowMine "group.low-mine" Sum(At(OwnIpv6, 14)), "less my own";
        SolicitedHigh "group.high" Sum(At(Header, 36)), "those whose addresses end so";
        SolicitedHighMine "group.high-mine" Sum(At(OwnIpv6, 12)), "less my own";
        GroupNext "group.next_header?" Look(At(Header, 6)), "is it ICMPv6";
        FrameLook "frame.group?" Look(At(Frame, 0)), "did the frame go to several stations";
        SourceLook "source6?" Look(At(Header, 8)), "may this source be answered";
        Loopback "loopback?" Look(At(Header, 22)), "source, last word: is it a host's own loopback";
        LoopbackZeros "loopback.zeros" Look(First(Header, 8, Until::Offset(22))), "the words before it";
        LoopbackNext "loopback.zeros+" Look(Next), "the words before it";
        FromLow "from6.low" Sum(Last(Header, 8, 24)), "source, last word";
        FromLowMine "from6.low-mine" Sum(Last(OwnIpv6, 0, 16)), "less my own";
        From "from6" Sum(Next), "source, the word before";
        FromMine "from6-mine" Sum(NextOwn), "less my own";
        Source "source6" Sum(First(Header, 8, Until::Offset(24))), "source";
        SourceNext "source6+" Sum(Next), "source";
        NobodyNext "nobody.next_header?" Look(At(Header, 6)), "from nobody: is it ICMPv6";
        NobodyType "nobody.type?" Look(At(Body, 0)), "is it a solicitation";
        NobodyDestination "nobody.destination" Sum(First(Header, 24, Until::Offset(40))), "destination";
        Destination "destination6" Sum(First(Header, 24, Until::Offset(40))), "destination";
        DestinationNext "destination6+" Sum(Next), "destination";
        Next "pseudo.next_header" Sum(At(Header, 6)), "the next header alone";
        // The header of a reply.
        NextIcmp "write next_header icmp" Write(Layer::Header, 6, Here), "next header, hop limit";
        NextUdp "write next_header udp" Write(Layer::Header, 6, Here), "next header, hop limit";
        NextTcp "write next_header tcp" Write(Layer::Header, 6, Here), "next header, hop limit";
        NextError "write next_header error" Write(Layer::Header, 6, Here), "next header, hop limit";
        Length "length6" Sum(At(Length, 0)), "what follows";
        WriteLength "write payload_length" Nibbles(Layer::Header, 4, Here), "payload length";
        WriteLength20 "write payload_length 20" Write(Layer::Header, 4, Here), "payload length";
        WriteVersion "write version6" Write(Layer::Header, 0, Here), "version, traffic class";
        WriteFlow "write flow_label" Write(Layer::Header, 2, Here), "flow label";
        WriteSource "write source6" copy(Layer::Header, 8, Ipv6::Destination), "source";
        WriteDestination "write destination6" copy(Layer::Header, 24, Ipv6::Source), "destination";
        Send "send6" Send, "send the reply";
        DropIpv6 "ipv6" Drop, "a malformed packet";
        DropProtocol "protocol" Drop, "nothing that I read follows";
    }
}
