//! Ethernet (RFC 894): is the frame for this station, or for all, or for a group that the host is in? The reply's
//! frame goes back to where the frame came from, and is written at once, before the packet is read.

labels! {
    /// What is said of a frame's header.
    Ethernet {
        To "frame.to" Look(At(Frame, 0)), "to which station";
        ToLow "frame.to.low" Sum(At(Frame, 4)), "destination station, last third";
        ToLowMine "frame.to.low-mine" Sum(At(OwnMac, 4)), "less my own";
        ToMiddle "frame.to.middle" Sum(At(Frame, 2)), "destination station, second third";
        ToMiddleMine "frame.to.middle-mine" Sum(At(OwnMac, 2)), "less my own";
        ToHigh "frame.to.high" Sum(At(Frame, 0)), "destination station, first third";
        ToHighMine "frame.to.high-mine" Sum(At(OwnMac, 0)), "less my own";
        Type "frame.type?" Look(At(Frame, 12)), "what does it carry";
        // To all stations.
        All2 "frame.all+2" Look(At(Frame, 2)), "to all stations";
        All3 "frame.all+4" Look(At(Frame, 4)), "to all stations";
        AllType "frame.all.type?" Look(At(Frame, 12)), "what does it carry";
        AllIp "frame.all.ip?" Look(At(Header, 16)), "to which host";
        AllIp2 "frame.all.ip+2?" Look(At(Header, 18)), "to which host";
        // To a group of IPv6 nodes: all, or those whose addresses end like mine.
        Group2 "frame.group+2" Look(At(Frame, 2)), "to which group of stations";
        Group3 "frame.group+4" Look(At(Frame, 4)), "the group of all nodes";
        Solicited2 "frame.group.middle" Sum(At(Frame, 2)), "group of stations, second third";
        Solicited2Mine "frame.group.middle-mine" Sum(At(OwnIpv6, 12)), "less my own address";
        Solicited3 "frame.group.low" Sum(At(Frame, 4)), "group of stations, last third";
        Solicited3Mine "frame.group.low-mine" Sum(At(OwnIpv6, 14)), "less my own address";
        GroupType "frame.group.type?" Look(At(Frame, 12)), "what does it carry";
        // From whom?
        From "frame.from" Look(First(Frame, 6, Until::Offset(12))), "source station";
        FromNext "frame.from+" Look(Next), "source station";
        FromLow "frame.from.low" Sum(At(Frame, 10)), "source station, last third";
        FromLowMine "frame.from.low-mine" Sum(At(OwnMac, 4)), "less my own";
        FromMiddle "frame.from.middle" Sum(At(Frame, 8)), "source station, second third";
        FromMiddleMine "frame.from.middle-mine" Sum(At(OwnMac, 2)), "less my own";
        FromHigh "frame.from.high" Sum(At(Frame, 6)), "source station, first third";
        FromHighMine "frame.from.high-mine" Sum(At(OwnMac, 0)), "less my own";
        Station "station" Look(First(OwnMac, 0, Until::Offset(6))), "my own station";
        StationNext "station+" Look(NextOwn), "my own station";
        TypeAgain "frame.type" Look(At(Frame, 12)), "type";
        WriteTo "write frame.to" copy(Layer::Frame, 0, Ethernet::From), "to the station that it came from";
        WriteFrom "write frame.from" copy(Layer::Frame, 6, Ethernet::Station), "from mine";
        WriteType "write frame.type" Write(Layer::Frame, 12, opposite(Ethernet::TypeAgain)), "of the same type";
        DropEthernet "ethernet" Drop, "a frame for another station, or of an unknown type";
    }
}
