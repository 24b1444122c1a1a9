//! ICMP (RFC 792): echo and timestamp. Of the message everything but type and checksum is read first, because the
//! complement of the sum at that point is the echo reply's checksum.

labels! {
    /// What is said of an ICMP message.
    Icmp {
        Identifier "identifier" Sum(At(Body, 4)), "identifier";
        Sequence "sequence" Sum(At(Body, 6)), "sequence number";
        Data "data" Sum(First(Body, 8, Until::End)), "data";
        More "data+" Sum(Next), "data";
        Type "type" Sum(At(Body, 0)), "type, code";
        Checksum "icmp.checksum" Sum(At(Body, 2)), "ICMP checksum";
        Fold "icmp.fold" Sum(Nothing), "fold the last carry";
        TypeLook "type?" Look(At(Body, 0)), "is it a request";
        WriteChecksum "write icmp.checksum" Nibbles(Layer::Body, 2, opposite(Icmp::Type)), "ICMP checksum";
        WriteType "write type" Write(Layer::Body, 0, opposite(Icmp::Checksum)), "type, code";
        WriteBody "write body" copy(Layer::Body, 4, Icmp::Identifier), "identifier, sequence number, data";
        // Timestamp.
        LengthLook "timestamp.length?" Look(At(Length, 0)), "has it three timestamps";
        Stamp "timestamp" Sum(First(Body, 4, Until::Offset(12))), "identifier, sequence number, when it was sent";
        StampNext "timestamp+" Sum(Next), "identifier, sequence number, when it was sent";
        Received "received" Sum(First(Clock, 0, Until::Offset(4))), "my clock, when it came";
        ReceivedNext "received+" Sum(NextOwn), "my clock, when it came";
        Sent "sent" Sum(First(Clock, 0, Until::Offset(4))), "my clock, when it is answered";
        SentNext "sent+" Sum(NextOwn), "my clock, when it is answered";
        WriteStampChecksum "write timestamp.checksum" Nibbles(Layer::Body, 2, Here), "ICMP checksum";
        WriteStampType "write timestamp.type" Write(Layer::Body, 0, Here), "type, code";
        WriteStamp "write timestamp" copy(Layer::Body, 4, Icmp::Stamp), "identifier, sequence number, when it was sent";
        WriteReceived "write received" copy(Layer::Body, 12, Icmp::Received), "when it came";
        WriteSent "write sent" copy(Layer::Body, 16, Icmp::Sent), "when it is answered";
        DropChecksum "icmp-checksum" Drop, "the ICMP checksum is wrong";
        DropType "icmp-type" Drop, "it is no request that I answer";
    }
}
