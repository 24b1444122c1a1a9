//! The kernel's conduct and ours beside each other, case by case, and where they differ: the reference host's in
//! every case, nano's in those that are about what it speaks.

use serde::Deserialize;
use verify::Due;

use super::case::{Case, Exchange};
use super::cases;
use super::explanation::{Explanation, Explanations};
use super::kernel::Verdict;
use super::meaning::Meaning;
use super::nano::{self, Nano};
use super::ours::{self, Judgement, Reference};
use crate::Failure;

/// Who of us stands beside the kernel.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Party {
    /// The reference host.
    #[default]
    Reference,
    /// The embedded model.
    Nano,
}

/// How the kernel's conduct differs from ours.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Class {
    /// It replies where silence is due, or where we are silent.
    KernelReplies,
    /// It is silent where a reply is due, or where we reply.
    KernelSilent,
    /// Both reply, and they do not say the same.
    ReplyDiffers,
    /// It may reply, but the judge would hold that reply back.
    KernelVetoed,
    /// The judge would hold back what we do.
    OursVetoed,
}

/// One line of the page.
pub struct Row<'a> {
    /// What was tried.
    pub case: &'a Case,
    /// What the kernel sent back.
    pub kernel: Option<Meaning>,
    /// What it counted.
    pub counters: &'a [String],
    /// What the judge says is due, and of the kernel.
    pub judgement: Judgement,
    /// The reference host beside it.
    pub reference: Beside<'a>,
    /// nano beside it, if the case is about what nano speaks.
    pub nano: Option<Beside<'a>>,
}

/// One of us beside the kernel.
pub struct Beside<'a> {
    /// Who.
    pub party: Party,
    /// What it sent back.
    pub said: Option<Meaning>,
    /// Why no decision came out of it; counts as silence, and is never explained.
    pub lost: Option<String>,
    /// The rules for which the judge would hold back what it did.
    pub objections: Vec<&'static str>,
    /// How they differ, with the explanation.
    pub differences: Vec<(Class, Option<&'a Explanation>)>,
}

impl Party {
    /// In words.
    pub fn words(self) -> &'static str {
        match self {
            Party::Reference => "the reference host",
            Party::Nano => "nano",
        }
    }
}

impl Class {
    /// All of them.
    pub const ALL: [Class; 5] = [
        Class::KernelReplies,
        Class::KernelSilent,
        Class::ReplyDiffers,
        Class::KernelVetoed,
        Class::OursVetoed,
    ];

    /// In words.
    pub fn words(self, party: Party) -> String {
        match self {
            Class::KernelReplies => "the kernel replies".into(),
            Class::KernelSilent => "the kernel is silent".into(),
            Class::ReplyDiffers => "the kernel replies otherwise".into(),
            Class::KernelVetoed => "the kernel would be vetoed".into(),
            Class::OursVetoed => format!("{} would be vetoed", party.words()),
        }
    }
}

impl<'a> Row<'a> {
    /// Holds what the kernel did in a case beside ours.
    pub fn new(
        case: &'a Case,
        verdict: &'a Verdict,
        nano: &mut Nano,
        explanations: &'a Explanations,
    ) -> Result<Row<'a>, Failure> {
        let judgement = ours::judge(&ours::host(case.link), &verdict.played);
        let kernel = said(case, &verdict.played);
        let played = case.play(&mut Reference::new(case.link))?;
        let objections = ours::judge(&ours::host(case.link), &played).vetoes;
        let said = said(case, &played);
        let reference = Beside { said, objections, ..Beside::new(Party::Reference) };
        let reference = reference.compared(case, kernel.as_ref(), &judgement, explanations);
        let mut row =
            Row { case, kernel, counters: &verdict.counters, judgement, reference, nano: None };
        row.nano = cases::is_for_nano(case).then(|| row.beside(nano, explanations));
        Ok(row)
    }

    /// What the kernel and nano make of the same packets.
    fn beside(&self, nano: &mut Nano, explanations: &'a Explanations) -> Beside<'a> {
        let case = self.case;
        nano.host = nano::host(case.link).into();
        let played = match case.play(nano) {
            Ok(played) => played,
            Err(lost) => {
                return Beside { lost: Some(lost.to_string()), ..Beside::new(Party::Nano) };
            }
        };
        let objections = ours::judge(&nano.host, &played).vetoes;
        let said = said(case, &played);
        let beside = Beside { said, objections, ..Beside::new(Party::Nano) };
        beside.compared(case, self.kernel.as_ref(), &self.judgement, explanations)
    }

    /// Both of us, or the one.
    pub fn both(&self) -> impl Iterator<Item = &Beside<'a>> {
        [&self.reference].into_iter().chain(&self.nano)
    }

    /// One of us.
    pub fn of(&self, party: Party) -> Option<&Beside<'a>> {
        self.both().find(|beside| beside.party == party)
    }

    /// The rules that bear on a difference.
    pub fn rules<'s>(&'s self, beside: &'s Beside, class: Class) -> &'s [&'static str] {
        match class {
            Class::KernelVetoed => &self.judgement.vetoes,
            Class::OursVetoed => &beside.objections,
            _ => &[],
        }
    }

    /// The differences of which nobody says why.
    pub fn unexplained(&self) -> Vec<String> {
        self.both().flat_map(|beside| self.unexplained_beside(beside)).collect()
    }

    fn unexplained_beside(&self, beside: &Beside) -> Vec<String> {
        let (name, party) = (self.case.name, beside.party.words());
        let open = beside.differences.iter().filter(|(_, explanation)| explanation.is_none());
        let lines = open.map(|(class, _)| {
            let (words, rules) = (class.words(beside.party), self.rules(beside, *class).join(", "));
            let (kernel, ours) = (words_of(self.kernel.as_ref()), words_of(beside.said.as_ref()));
            format!("{name}: {words}: not explained {rules} (kernel: {kernel}; {party}: {ours})")
        });
        lines.chain(beside.lost.as_ref().map(|lost| format!("{name}: {party}: {lost}"))).collect()
    }
}

impl<'a> Beside<'a> {
    fn new(party: Party) -> Beside<'a> {
        let (said, lost, objections, differences) = (None, None, Vec::new(), Vec::new());
        Beside { party, said, lost, objections, differences }
    }

    /// Whether it did what the kernel did.
    pub fn agrees(&self) -> bool {
        self.lost.is_none() && self.differences.is_empty()
    }

    fn compared(
        self,
        case: &Case,
        kernel: Option<&Meaning>,
        judgement: &Judgement,
        explanations: &'a Explanations,
    ) -> Beside<'a> {
        let classes = Class::ALL.into_iter().filter(|class| self.is(*class, kernel, judgement));
        let explained = |class| (class, explanations.on(self.party, case.name, class));
        Beside { differences: classes.map(explained).collect(), ..self }
    }

    fn is(&self, class: Class, kernel: Option<&Meaning>, judgement: &Judgement) -> bool {
        let ours = self.said.as_ref();
        let (replies, vetoed) = (kernel.is_some(), !judgement.vetoes.is_empty());
        let must_not = matches!(judgement.due, Due::Silence(_));
        match class {
            Class::KernelReplies => replies && (must_not || ours.is_none()),
            Class::KernelSilent => !replies && (vetoed || ours.is_some()),
            Class::ReplyDiffers => replies && ours.is_some() && kernel != ours,
            // Whether the judge is right about the kernel is told once.
            Class::KernelVetoed => self.party == Party::Reference && replies && vetoed && !must_not,
            Class::OursVetoed => !self.objections.is_empty(),
        }
    }
}

/// What a host did, in words.
fn words_of(meaning: Option<&Meaning>) -> String {
    meaning.map_or_else(|| "silence".to_owned(), ToString::to_string)
}

/// What came back for the packet that was tried.
fn said(case: &Case, played: &[Exchange]) -> Option<Meaning> {
    let Exchange { request, replies } = played.last()?;
    let mut meaning = Meaning::of(case.link, request, replies.first()?);
    meaning.details.extend((replies.len() > 1).then(|| format!("{} packets", replies.len())));
    Some(meaning)
}
