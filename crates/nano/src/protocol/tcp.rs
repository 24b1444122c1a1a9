//! TCP (RFC 9293) over both versions of IP, as a host without an open port: every segment but a reset is answered by one
//! (section 3.5.2, group 1). The reset's sum leaves the segment's where the pseudo-headers begin to differ.

use super::Label;

labels! {
    /// What is said of a TCP segment.
    Tcp {
        Length "tcp.length" Sum(At(Length, 0)), "its length";
        Segment "segment" Sum(First(Body, 0, Until::End)), "segment";
        More "segment+" Sum(Next), "segment";
        Text "text" Sum(At(Length, 0)), "length of the segment";
        TextHeader "text-header" Sum(At(Body, 12)), "less its header";
        ControlLook "control?" Look(At(Body, 12)), "is it a reset; does it acknowledge";
        // With an acknowledgment: the reset has its number.
        AckedLength "acked.length" Fold(opposite(Tcp::Length)), "the reset's length";
        AckedDestination "acked.destination" WriteSum(Layer::Body, 2, Opposite(Label::Tcp(Tcp::Segment), 0)), "destination port";
        AckedSource "acked.source" WriteSum(Layer::Body, 0, Opposite(Label::Tcp(Tcp::Segment), 1)), "source port";
        AckedNone1 "acked.acknowledgment" WriteSum(Layer::Body, 8, Opposite(Label::Tcp(Tcp::Segment), 2)), "acknowledgment number, first half";
        AckedNone2 "acked.acknowledgment+2" WriteSum(Layer::Body, 10, Opposite(Label::Tcp(Tcp::Segment), 3)), "acknowledgment number, second half";
        AckedSequence1 "acked.sequence" WriteSum(Layer::Body, 4, Opposite(Label::Tcp(Tcp::Segment), 4)), "sequence number, first half";
        AckedSequence2 "acked.sequence+2" WriteSum(Layer::Body, 6, Opposite(Label::Tcp(Tcp::Segment), 5)), "sequence number, second half";
        AckedControl "acked.control" WriteSum(Layer::Body, 12, Opposite(Label::Tcp(Tcp::Segment), 6)), "header length, control bits";
        // Without: the reset acknowledges all of it.
        TextAgain "text again" Sum(At(Length, 0)), "length of the segment";
        TextHeaderAgain "text-header again" Sum(At(Body, 12)), "less its header";
        Controls "text+controls" Sum(At(Body, 12)), "and one each for SYN and FIN";
        SequenceLow "sequence.low" Sum(At(Body, 6)), "and the sequence number, second half";
        SequenceHigh "sequence.high" Sum(At(Body, 4)), "sequence number, first half, and the carry";
        WriteLow "write acknowledgment.low" Nibbles(Layer::Body, 10, opposite(Tcp::SequenceHigh)), "acknowledgment number, second half";
        WriteHigh "write acknowledgment.high" Nibbles(Layer::Body, 8, Here), "acknowledgment number, first half";
        AllLength "all.length" Fold(opposite(Tcp::Length)), "the reset's length";
        AllDestination "all.destination" WriteSum(Layer::Body, 2, Opposite(Label::Tcp(Tcp::Segment), 0)), "destination port";
        AllSource "all.source" WriteSum(Layer::Body, 0, Opposite(Label::Tcp(Tcp::Segment), 1)), "source port";
        AllAcknowledgment1 "all.acknowledgment" Again(WrittenBody, 8, Opposite(Label::Tcp(Tcp::Segment), 2)), "acknowledgment number, as I wrote it";
        AllAcknowledgment2 "all.acknowledgment+2" Again(WrittenBody, 10, Opposite(Label::Tcp(Tcp::Segment), 3)), "acknowledgment number, as I wrote it";
        AllSequence1 "all.sequence" WriteSum(Layer::Body, 4, Opposite(Label::Tcp(Tcp::Segment), 4)), "sequence number, first half";
        AllSequence2 "all.sequence+2" WriteSum(Layer::Body, 6, Opposite(Label::Tcp(Tcp::Segment), 5)), "sequence number, second half";
        AllControl "all.control" WriteSum(Layer::Body, 12, Opposite(Label::Tcp(Tcp::Segment), 6)), "header length, control bits";
        // Both.
        WriteWindow "write window" WriteSum(Layer::Body, 14, Opposite(Label::Tcp(Tcp::Segment), 7)), "window";
        WriteFold "write tcp.fold" Fold(Opposite(Label::Tcp(Tcp::Segment), 8)), "fold the last carry";
        WriteChecksum "write tcp.checksum" Nibbles(Layer::Body, 16, Opposite(Label::Tcp(Tcp::Segment), 9)), "TCP checksum";
        WriteUrgent "write urgent" Write(Layer::Body, 18, Here), "urgent pointer";
        VersionLook "tcp.version?" Look(At(Header, 0)), "which version of IP";
        DropHeader "tcp-header" Drop, "its header is malformed";
        DropChecksum "tcp-checksum" Drop, "the TCP checksum is wrong";
        DropReset "tcp-reset" Drop, "a reset is not answered";
    }
}
