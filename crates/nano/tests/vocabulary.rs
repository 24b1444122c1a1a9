//! The list of tokens beside the weights is the vocabulary of this program: whoever reads the weights
//! with other software finds there what each row of the embedding stands for.
//! `UPDATE_GOLDEN=1 cargo test -p nano --test vocabulary` writes it anew.

use nano::vocabulary::{Meaning, Token, VOCABULARY_VERSION};

#[test]
fn the_list_beside_the_weights_is_this_vocabulary() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/weights/vocabulary.txt");
    let list = list();
    if std::env::var_os("UPDATE_GOLDEN").is_some() {
        std::fs::write(path, &list).expect("the list can be written");
    }
    assert_eq!(std::fs::read_to_string(path).expect("the list can be read"), list);
}

fn list() -> String {
    let mut text =
        format!("# nano's vocabulary, version {VOCABULARY_VERSION}: number, token, meaning\n");
    for number in 0..Token::COUNT as u16 {
        let token = Token(number);
        text += &format!("{number}\t{token:?}\t{}\n", meaning(token));
    }
    text
}

fn meaning(token: Token) -> String {
    match token.meaning() {
        Meaning::Byte(byte) => format!("byte {byte}"),
        Meaning::Nibble { value, carry } => {
            format!("nibble {value} of a sum, carry {}", u8::from(carry))
        }
        Meaning::Label(label) => label.english().into(),
        Meaning::Mark => "fed by the tape".into(),
    }
}
