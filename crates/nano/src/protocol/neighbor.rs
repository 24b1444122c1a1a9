//! Neighbour discovery (RFC 4861): who solicits my address gets an advertisement of my station; who tries the address out
//! from nowhere (RFC 4862 section 5.4) hears it with all others.

labels! {
    /// What is said of a neighbour solicitation.
    Neighbor {
        HopLimit "hop_limit?" Look(At(Header, 6)), "has it crossed no router";
        TargetLow "target.low" Sum(Last(Body, 8, 24)), "target, last word";
        TargetLowMine "target.low-mine" Sum(Last(OwnIpv6, 0, 16)), "less my own";
        Target "target" Sum(Next), "target, the word before";
        TargetMine "target-mine" Sum(NextOwn), "less my own";
        StationLook "station?" Look(At(OwnMac, 0)), "have I a station";
        Option "option" Look(First(Body, 24, Until::End)), "option";
        OptionNext "option+" Look(NextOption), "next option";
        Asker "asker" Look(First(Option, 2, Until::Offset(8))), "the source's station";
        AskerNext "asker+" Look(Next), "the source's station";
        WriteFrameTo "write asker" copy(Layer::Frame, 0, Neighbor::Asker), "the frame goes to the source's station";
        Nobody "nobody?" Sum(First(Header, 8, Until::Offset(24))), "source";
        NobodyNext "nobody?+" Sum(Next), "source";
        // From nobody: an address is tried out.
        ProbeGroup "probe.group?" Look(At(Header, 24)), "did it go to a group";
        ProbeSome "probe.some?" Look(At(Header, 34)), "of some nodes, not of all";
        ProbeOption "probe.option" Look(First(Body, 24, Until::End)), "option";
        ProbeOptionNext "probe.option+" Look(NextOption), "next option";
        WriteGroup1 "write probe.frame" Write(Layer::Frame, 0, Here), "the frame goes to all nodes";
        WriteGroup2 "write probe.frame+2" Write(Layer::Frame, 2, Here), "the frame goes to all nodes";
        WriteGroup3 "write probe.frame+4" Write(Layer::Frame, 4, Here), "the frame goes to all nodes";
        WriteProbeFlags "write probe.flags" Write(Layer::Body, 4, Here), "override";
        AdvertiseAll "advertise all" Sum(Nothing), "length, next header, type, flags and the option's type and length";
        All "all" Sum(First(AllNodes, 0, Until::Offset(16))), "the address of all nodes";
        AllNext "all+" Sum(NextOwn), "the address of all nodes";
        WriteAll "write all" copy(Layer::Header, 24, Neighbor::All), "to all nodes";
        // From somebody.
        WriteFlags "write flags6" Write(Layer::Body, 4, Here), "solicited, override";
        Advertise "advertise" Sum(Nothing), "length, next header, type, flags and the option's type and length";
        Source "solicitor" Sum(First(Header, 8, Until::Offset(24))), "source";
        SourceNext "solicitor+" Sum(Next), "source";
        WriteDestination "write solicitor" copy(Layer::Header, 24, Neighbor::Source), "destination";
        // To both.
        Mine "mine" Sum(First(OwnIpv6, 0, Until::Offset(16))), "my own address";
        MineNext "mine+" Sum(NextOwn), "my own address";
        WriteSource "write mine" copy(Layer::Header, 8, Neighbor::Mine), "source";
        Advertised "advertised" Sum(First(OwnIpv6, 0, Until::Offset(16))), "my own address, as the target";
        AdvertisedNext "advertised+" Sum(NextOwn), "my own address, as the target";
        WriteTarget "write target" copy(Layer::Body, 8, Neighbor::Advertised), "target";
        Station "target.station" Sum(First(OwnMac, 0, Until::Offset(6))), "my own station";
        StationNext "target.station+" Sum(NextOwn), "my own station";
        WriteStation "write target.station" copy(Layer::Body, 26, Neighbor::Station), "my station";
        WriteChecksum "write advertisement.checksum" Nibbles(Layer::Body, 2, Here), "ICMPv6 checksum";
        WriteType "write advertisement.type" Write(Layer::Body, 0, Here), "type, code";
        WriteReserved "write reserved" Write(Layer::Body, 6, Here), "reserved";
        WriteOption "write option" Write(Layer::Body, 24, Here), "option: target's station, 8 bytes";
        WriteNext "write next_header neighbor" Write(Layer::Header, 6, Here), "next header, hop limit";
        WriteLength "write payload_length 32" Write(Layer::Header, 4, Here), "payload length";
        WriteVersion "write advertisement.version" Write(Layer::Header, 0, Here), "version, traffic class";
        WriteFlow "write advertisement.flow_label" Write(Layer::Header, 2, Here), "flow label";
        Send "send advertisement" Send, "send the reply";
        DropHopLimit "hop-limit" Drop, "it may have crossed a router";
        DropNeighbor "neighbor" Drop, "no sound solicitation of my address";
    }
}
