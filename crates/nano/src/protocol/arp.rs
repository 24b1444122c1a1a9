//! ARP (RFC 826): who asks for my address gets the address of my station.

labels! {
    /// What is said of an ARP packet.
    Arp {
        Hardware "arp.hardware?" Look(At(Header, 0)), "is it about Ethernet";
        Protocol "arp.protocol?" Look(At(Header, 2)), "and IPv4";
        Lengths "arp.lengths?" Look(At(Header, 4)), "with addresses of 6 and 4 bytes";
        Operation "arp.operation?" Look(At(Header, 6)), "is it a request";
        TargetLow "arp.target.low" Sum(At(Header, 26)), "target, second half";
        TargetLowMine "arp.target.low-mine" Sum(At(OwnIpv4, 2)), "less my own";
        TargetHigh "arp.target.high" Sum(At(Header, 24)), "target, first half";
        TargetHighMine "arp.target.high-mine" Sum(At(OwnIpv4, 0)), "less my own";
        SenderLow "arp.sender.low" Sum(At(Header, 16)), "sender, second half";
        SenderLowMine "arp.sender.low-mine" Sum(At(OwnIpv4, 2)), "less my own";
        SenderHigh "arp.sender.high" Sum(At(Header, 14)), "sender, first half";
        SenderHighMine "arp.sender.high-mine" Sum(At(OwnIpv4, 0)), "less my own";
        To "arp.to" Look(First(Header, 8, Until::Offset(14))), "sender's station";
        ToNext "arp.to+" Look(Next), "sender's station";
        WriteFrameTo "write arp.frame.to" copy(Layer::Frame, 0, Arp::To), "the frame goes to the sender's station";
        WriteHardware "write arp.hardware" Write(Layer::Header, 0, Here), "Ethernet";
        WriteProtocol "write arp.protocol" Write(Layer::Header, 2, Here), "IPv4";
        WriteLengths "write arp.lengths" Write(Layer::Header, 4, Here), "addresses of 6 and 4 bytes";
        WriteOperation "write arp.operation" Write(Layer::Header, 6, Here), "a reply";
        Station "arp.station" Look(First(OwnMac, 0, Until::Offset(6))), "my own station";
        StationNext "arp.station+" Look(NextOwn), "my own station";
        WriteStation "write arp.station" copy(Layer::Header, 8, Arp::Station), "my station";
        Address "arp.address" Look(First(OwnIpv4, 0, Until::Offset(4))), "my own address";
        AddressNext "arp.address+" Look(NextOwn), "my own address";
        WriteAddress "write arp.address" copy(Layer::Header, 14, Arp::Address), "my address";
        Asker "arp.asker" Look(First(Header, 8, Until::Offset(18))), "sender's station and address";
        AskerNext "arp.asker+" Look(Next), "sender's station and address";
        WriteAsker "write arp.asker" copy(Layer::Header, 18, Arp::Asker), "to the sender";
        Send "send arp" Send, "send the reply";
        DropArp "arp" Drop, "no ARP request for my address";
    }
}
