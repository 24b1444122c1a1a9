//! ICMPv6 (RFC 4443): echo, and the way to neighbour discovery. The sum goes on from the pseudo-header's; the echo
//! reply's leaves it before the request's type is added.

labels! {
    /// What is said of an ICMPv6 message.
    Icmpv6 {
        Length "icmpv6.length" Sum(At(Length, 0)), "its length";
        Identifier "identifier6" Sum(At(Body, 4)), "identifier";
        Sequence "sequence6" Sum(At(Body, 6)), "sequence number";
        Data "data6" Sum(First(Body, 8, Until::End)), "data";
        More "data6+" Sum(Next), "data";
        Type "type6" Sum(At(Body, 0)), "type, code";
        Checksum "icmpv6.checksum" Sum(At(Body, 2)), "ICMPv6 checksum";
        Fold "icmpv6.fold" Sum(Nothing), "fold the last carry";
        TypeLook "type6?" Look(At(Body, 0)), "is it a request";
        GroupLook "echo.group?" Look(At(Header, 24)), "did it go to a group";
        WriteType "write type6" WriteSum(Layer::Body, 0, opposite(Icmpv6::Type)), "type, code";
        WriteFold "write icmpv6.fold" Fold(opposite(Icmpv6::Checksum)), "fold the last carry";
        WriteChecksum "write icmpv6.checksum" Nibbles(Layer::Body, 2, opposite(Icmpv6::Fold)), "ICMPv6 checksum";
        WriteBody "write body6" copy(Layer::Body, 4, Icmpv6::Identifier), "identifier, sequence number, data";
        DropChecksum "icmpv6-checksum" Drop, "the ICMPv6 checksum is wrong";
        DropType "icmpv6-type" Drop, "it is no request that I answer";
    }
}
