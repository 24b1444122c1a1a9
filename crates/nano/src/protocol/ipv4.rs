//! IPv4 (RFC 791, RFC 1122 section 3.2.1): is the datagram whole, for me, and from one other host? The header is
//! read in the order in which an echo reply can use the sum; every other reply's header is written first
//! and then summed from what was written.

labels! {
    /// What is said of an IPv4 header.
    Ipv4 {
        Version "version" Sum(At(Header, 0)), "version, header length, type of service";
        TotalLength "total_length" Sum(At(Header, 2)), "total length";
        Source1 "source" Sum(At(Header, 12)), "source, first half";
        Source2 "source+2" Sum(At(Header, 14)), "source, second half";
        Destination1 "destination" Sum(At(Header, 16)), "destination, first half";
        Destination2 "destination+2" Sum(At(Header, 18)), "destination, second half";
        Identification "identification" Sum(At(Header, 4)), "identification";
        Flags "flags" Sum(At(Header, 6)), "flags, fragment offset";
        Ttl "ttl" Sum(At(Header, 8)), "ttl, protocol";
        HeaderChecksum "checksum" Sum(At(Header, 10)), "header checksum";
        // Options are passed over (RFC 1122 section 3.2.1.8); where none is left, the carry is folded.
        Options "options" Sum(First(Header, 20, Until::Body)), "options";
        Option "options+" Sum(Next), "options";
        Route "route?" Look(IpOption), "is it routed by its source";
        RouteNext "route?+" Look(NextIpOption), "is it routed by its source";
        // Is it for me, and is it from somebody else? Address minus address is ffff where they agree.
        ToLow "to.low" Sum(At(Header, 18)), "destination again, second half";
        ToLowMine "to.low-mine" Sum(At(OwnIpv4, 2)), "less my own";
        ToHigh "to.high" Sum(At(Header, 16)), "destination again, first half";
        ToHighMine "to.high-mine" Sum(At(OwnIpv4, 0)), "less my own";
        FromLow "from.low" Sum(At(Header, 14)), "source again, second half";
        FromLowMine "from.low-mine" Sum(At(OwnIpv4, 2)), "less my own";
        FromHigh "from.high" Sum(At(Header, 12)), "source again, first half";
        FromHighMine "from.high-mine" Sum(At(OwnIpv4, 0)), "less my own";
        AllLow "from.low again" Sum(At(Header, 14)), "source again, second half";
        AllLowOurs "from.low-broadcast" Sum(At(Broadcast, 2)), "less that of all hosts here";
        AllHigh "from.high again" Sum(At(Header, 12)), "source again, first half";
        AllHighOurs "from.high-broadcast" Sum(At(Broadcast, 0)), "less that of all hosts here";
        SourceLook "source?" Look(At(Header, 12)), "may this source be answered";
        FlagsLook "fragment?" Look(At(Header, 6)), "is it a fragment";
        ProtocolLook "protocol?" Look(At(Header, 8)), "is it ICMP";
        FinalLook "final?" Look(Final), "the last word of the datagram";
        Pseudo "pseudo.addresses" Sum(First(Header, 12, Until::Offset(20))), "source and destination again";
        PseudoNext "pseudo.addresses+" Sum(Next), "source and destination again";
        Protocol "pseudo.protocol" Sum(At(Header, 8)), "the protocol alone";
        // The header of an echo reply, whose sum goes on from what it has in common with the request's.
        OptionsLook "options?" Look(At(Header, 0)), "had it options";
        WriteVersion "write version" Write(Layer::Header, 0, opposite(Ipv4::Version)), "version, header length, type of service";
        WriteTotalLength "write total_length" Write(Layer::Header, 2, opposite(Ipv4::TotalLength)), "total length";
        WriteSource1 "write source" Write(Layer::Header, 12, opposite(Ipv4::Destination1)), "source, first half";
        WriteSource2 "write source+2" Write(Layer::Header, 14, opposite(Ipv4::Destination2)), "source, second half";
        WriteDestination1 "write destination" Write(Layer::Header, 16, opposite(Ipv4::Source1)), "destination, first half";
        WriteDestination2 "write destination+2" Write(Layer::Header, 18, opposite(Ipv4::Source2)), "destination, second half";
        WriteIdentification "write identification" WriteSum(Layer::Header, 4, opposite(Ipv4::Identification)), "identification";
        WriteFlags "write flags" WriteSum(Layer::Header, 6, opposite(Ipv4::Flags)), "flags, fragment offset";
        WriteTtl "write ttl" WriteSum(Layer::Header, 8, opposite(Ipv4::Ttl)), "ttl, protocol";
        WriteFold "write fold" Fold(opposite(Ipv4::HeaderChecksum)), "fold the last carry";
        WriteHeaderChecksum "write checksum" Nibbles(Layer::Header, 10, opposite(Ipv4::Options)), "header checksum";
        // The header of any other reply.
        TtlIcmp "write ttl icmp" Write(Layer::Header, 8, Here), "ttl, protocol";
        TtlUdp "write ttl udp" Write(Layer::Header, 8, Here), "ttl, protocol";
        TtlTcp "write ttl tcp" Write(Layer::Header, 8, Here), "ttl, protocol";
        TtlError "write ttl error" Write(Layer::Header, 8, Here), "ttl, protocol";
        Length "length" Sum(At(Length, 0)), "a header of 20 and what follows";
        WriteLength "write length" Nibbles(Layer::Header, 2, Here), "total length";
        IcmpVersion "write icmp.version" Write(Layer::Header, 0, opposite(Ipv4::Version)), "version, header length, type of service";
        WriteIcmpLength "write icmp.length" Nibbles(Layer::Header, 2, Here), "total length";
        WriteLength40 "write length 40" Write(Layer::Header, 2, Here), "total length";
        PlainVersion "write plain version" Write(Layer::Header, 0, Here), "version, header length, type of service";
        PlainIdentification "write plain identification" Write(Layer::Header, 4, Here), "identification";
        PlainFlags "write plain flags" Write(Layer::Header, 6, Here), "flags, fragment offset";
        PlainSource1 "write plain source" Write(Layer::Header, 12, opposite(Ipv4::Destination1)), "source, first half";
        PlainSource2 "write plain source+2" Write(Layer::Header, 14, opposite(Ipv4::Destination2)), "source, second half";
        PlainDestination1 "write plain destination" Write(Layer::Header, 16, opposite(Ipv4::Source1)), "destination, first half";
        PlainDestination2 "write plain destination+2" Write(Layer::Header, 18, opposite(Ipv4::Source2)), "destination, second half";
        Header "header" Sum(First(Written, 0, Until::Offset(20))), "the header as I wrote it";
        HeaderNext "header+" Sum(Next), "the header as I wrote it";
        PlainChecksum "write plain checksum" Nibbles(Layer::Header, 10, Here), "header checksum";
        Send "send" Send, "send the reply";
        DropVersion "version" Drop, "of no version of IP that I speak";
        DropTruncated "truncated" Drop, "the wire has fewer bytes than the packet claims";
        DropShort "short" Drop, "the total length leaves no room for the headers";
        DropHeaderChecksum "header-checksum" Drop, "the header checksum is wrong";
        DropNotForMe "not-for-me" Drop, "the destination is not my address";
        DropSource "source" Drop, "the source is no host I may answer";
        DropRoute "source-route" Drop, "its source says how to route it";
        DropFragment "fragment" Drop, "it is a fragment";
    }
}
