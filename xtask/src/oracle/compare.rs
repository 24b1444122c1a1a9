//! The kernel's conduct and ours beside each other, case by case, and where they differ.

use serde::Deserialize;
use verify::Due;

use super::case::{Case, Exchange};
use super::explanation::{Explanation, Explanations};
use super::kernel::Verdict;
use super::meaning::Meaning;
use super::ours::{self, Judgement, Reference};
use crate::Failure;

/// How the kernel's conduct differs from ours.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Class {
    /// It replies where silence is due, or where the reference host is silent.
    KernelReplies,
    /// It is silent where a reply is due, or where the reference host replies.
    KernelSilent,
    /// Both it and the reference host reply, and they do not say the same.
    ReplyDiffers,
    /// It may reply, but the judge would hold that reply back.
    KernelVetoed,
    /// The judge would hold back what the reference host does.
    ReferenceVetoed,
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
    /// What the reference host sent back.
    pub reference: Option<Meaning>,
    /// The rules for which the judge would hold back what the reference host did.
    pub objections: Vec<&'static str>,
    /// How they differ, with the explanation.
    pub differences: Vec<(Class, Option<&'a Explanation>)>,
}

impl Class {
    /// All of them.
    pub const ALL: [Class; 5] = [
        Class::KernelReplies,
        Class::KernelSilent,
        Class::ReplyDiffers,
        Class::KernelVetoed,
        Class::ReferenceVetoed,
    ];

    /// In words.
    pub fn words(self) -> &'static str {
        match self {
            Class::KernelReplies => "the kernel replies",
            Class::KernelSilent => "the kernel is silent",
            Class::ReplyDiffers => "the kernel replies otherwise",
            Class::KernelVetoed => "the kernel would be vetoed",
            Class::ReferenceVetoed => "the reference host would be vetoed",
        }
    }
}

impl<'a> Row<'a> {
    /// Holds what the kernel did in a case beside ours.
    pub fn new(
        case: &'a Case,
        verdict: &'a Verdict,
        explanations: &'a Explanations,
    ) -> Result<Row<'a>, Failure> {
        let judgement = ours::judge(case.link, &verdict.played);
        let played = case.play(&mut Reference::new(case.link))?;
        let mut row = Row {
            case,
            kernel: said(case, &verdict.played),
            counters: &verdict.counters,
            judgement,
            reference: said(case, &played),
            objections: ours::judge(case.link, &played).vetoes,
            differences: Vec::new(),
        };
        let classes = Class::ALL.into_iter().filter(|class| row.is(*class));
        row.differences = classes.map(|class| (class, explanations.on(case.name, class))).collect();
        Ok(row)
    }

    fn is(&self, class: Class) -> bool {
        let (kernel, reference) = (&self.kernel, &self.reference);
        let (replies, vetoed) = (kernel.is_some(), !self.judgement.vetoes.is_empty());
        let must_not = matches!(self.judgement.due, Due::Silence(_));
        match class {
            Class::KernelReplies => replies && (must_not || reference.is_none()),
            Class::KernelSilent => !replies && (vetoed || reference.is_some()),
            Class::ReplyDiffers => replies && reference.is_some() && kernel != reference,
            Class::KernelVetoed => replies && vetoed && !must_not,
            Class::ReferenceVetoed => !self.objections.is_empty(),
        }
    }

    /// The rules that bear on a difference.
    pub fn rules(&self, class: Class) -> &[&'static str] {
        match class {
            Class::KernelVetoed => &self.judgement.vetoes,
            Class::ReferenceVetoed => &self.objections,
            _ => &[],
        }
    }

    /// The differences of which nobody says why.
    pub fn unexplained(&self) -> impl Iterator<Item = String> {
        let open = self.differences.iter().filter(|(_, explanation)| explanation.is_none());
        open.map(|(class, _)| {
            let rules = self.rules(*class).join(", ");
            format!("{}: {}: not explained {rules}", self.case.name, class.words())
        })
    }
}

/// What came back for the packet that was tried.
fn said(case: &Case, played: &[Exchange]) -> Option<Meaning> {
    let Exchange { request, replies } = played.last()?;
    let mut meaning = Meaning::of(case.link, request, replies.first()?);
    meaning.details.extend((replies.len() > 1).then(|| format!("{} packets", replies.len())));
    Some(meaning)
}
