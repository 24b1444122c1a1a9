//! UDP (RFC 768) over both versions of IP: the echo service (RFC 862), and no other. The sum goes on from the pseudo-header's.

labels! {
    /// What is said of a UDP datagram.
    Udp {
        Length "udp.length" Sum(At(Body, 4)), "its length";
        Source "udp.source" Sum(At(Body, 0)), "source port";
        Destination "udp.destination" Sum(At(Body, 2)), "destination port";
        LengthAgain "udp.length again" Sum(At(Body, 4)), "length";
        Data "udp.data" Sum(First(Body, 8, Until::End)), "data";
        More "udp.data+" Sum(Next), "data";
        Checksum "udp.checksum" Sum(At(Body, 6)), "UDP checksum";
        Fold "udp.fold" Sum(Nothing), "fold the last carry";
        UnsummedLook "udp.unsummed?" Look(At(Header, 0)), "no checksum: is it IPv4";
        PortLook "port?" Look(At(Body, 2)), "is it the port of the echo service";
        AskerLook "udp.asker?" Look(At(Body, 0)), "can its port be answered";
        RefuseLook "port.version?" Look(At(Header, 0)), "nobody is at this port; which version of IP";
        WriteChecksum "write udp.checksum" Nibbles(Layer::Body, 6, opposite(Udp::Checksum)), "UDP checksum";
        WriteDestination "write udp.destination" Write(Layer::Body, 2, opposite(Udp::Source)), "destination port";
        WriteSource "write udp.source" Write(Layer::Body, 0, opposite(Udp::Destination)), "source port";
        WriteLength "write udp.length" Write(Layer::Body, 4, opposite(Udp::LengthAgain)), "length";
        WriteData "write udp.data" copy(Layer::Body, 8, Udp::Data), "data";
        EchoLook "udp.version?" Look(At(Header, 0)), "which version of IP";
        Total "udp.total" Sum(At(Body, 4)), "a header of 20 and the datagram";
        Payload "udp.payload" Sum(At(Body, 4)), "the datagram";
        DropLength "udp-length" Drop, "its length does not fit";
        DropChecksum "udp-checksum" Drop, "the UDP checksum is wrong";
        DropPort "udp-port" Drop, "nobody could be answered";
    }
}
