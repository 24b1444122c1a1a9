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
    /// The rules for which the judge would hold back what the reference host did: a fault of ours.
    pub faults: Vec<&'static str>,
    /// How they differ, with the explanation.
    pub differences: Vec<(Class, Option<&'a Explanation>)>,
}

impl Class {
    /// All of them.
    pub const ALL: [Class; 4] =
        [Class::KernelReplies, Class::KernelSilent, Class::ReplyDiffers, Class::KernelVetoed];

    /// In words, of the kernel.
    pub fn words(self) -> &'static str {
        match self {
            Class::KernelReplies => "replies",
            Class::KernelSilent => "is silent",
            Class::ReplyDiffers => "replies otherwise",
            Class::KernelVetoed => "would be vetoed",
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
            faults: ours::judge(case.link, &played).vetoes,
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
        }
    }

    /// What is wrong with our side, or with what is known of the difference.
    pub fn failures(&self) -> Vec<String> {
        let name = self.case.name;
        let mut failures = Vec::new();
        if !self.faults.is_empty() {
            let rules = self.faults.join(", ");
            failures.push(format!("{name}: the judge vetoes the reference host: {rules}"));
        }
        for (class, explanation) in &self.differences {
            if explanation.is_none() {
                failures.push(format!("{name}: the kernel {}: not explained", class.words()));
            }
        }
        failures
    }
}

/// What came back for the packet that was tried.
fn said(case: &Case, played: &[Exchange]) -> Option<Meaning> {
    let Exchange { request, replies } = played.last()?;
    let mut meaning = Meaning::of(case.link, request, replies.first()?);
    meaning.details.extend((replies.len() > 1).then(|| format!("{} packets", replies.len())));
    Some(meaning)
}
