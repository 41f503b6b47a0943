//! What the pages say of TagOptions.

use app::pages;
use domain::view::*;

use crate::page;
use crate::samples::{everything, id};

fn thing(number: usize) -> TaggedBy {
    TaggedBy { id: format!("prod-{number}"), name: format!("Studio <{number}>"), is_portfolio: number == 0 }
}

fn row(on: usize, more: u64) -> TagOptionRow {
    TagOptionRow {
        id: id("tag-1"),
        region: "eu-west-1".parse().unwrap(),
        key: "cost-center".into(),
        value: "42 <b>".into(),
        active: true,
        on: (0..on).map(thing).collect(),
        more,
        unknown: 2,
    }
}

fn list(options: Vec<TagOptionRow>, number: usize, allowed: Allowed) -> TagOptionsPage {
    TagOptionsPage {
        options,
        sheet: Sheet { number, more: true },
        regions: vec!["eu-west-1".parse().unwrap()],
        mirrors: Vec::new(),
        allowed,
        form: FormState::default(),
    }
}

#[test]
fn what_a_tag_option_is_on_is_named_as_far_as_there_is_room() {
    let text = page("admin-tags", || pages::admin_tag_options::page(list(vec![row(2, 300)], 1, everything())));
    for said in [
        "cost-center = 42 &lt;b&gt;",
        "/admin/portfolios/prod-0",
        "/admin/products/prod-1",
        "Take off Studio &lt;1&gt;: cost-center = 42 &lt;b&gt;",
        "and 300 more",
        "/admin/tags/tag-1",
        "2 that the portal does not see",
        "/admin/tags?page=2",
    ] {
        assert!(text.contains(said), "{said}");
    }
    let few = page("admin-tags-few", || pages::admin_tag_options::page(list(vec![row(2, 0)], 1, everything())));
    assert!(!few.contains("more</a>"), "nothing is left out");
    let past = page("admin-tags-past", || pages::admin_tag_options::page(list(Vec::new(), 9, everything())));
    assert!(past.contains("The list ends before this page.") && past.contains("First page"));
    let readonly =
        page("admin-tags-readonly", || pages::admin_tag_options::page(list(vec![row(2, 300)], 1, Allowed::default())));
    assert!(!readonly.contains("/api/"), "an auditor reads");
}

#[test]
fn a_tag_option_is_put_on_things_and_taken_off_on_its_page() {
    let one = |on, number, allowed| {
        let sheet = Sheet { number, more: on == 20 };
        let (others, form) = (vec![thing(0), thing(99)], FormState::default());
        let it = TagOptionPage { option: row(on, 0), sheet, others, allowed, form };
        page("admin-tag", || pages::admin_tag_option::page(it))
    };
    let text = one(20, 1, everything());
    assert_eq!(text.matches("/api/disassociate_tag_option").count(), 20);
    assert!(text.contains("/admin/tags/tag-1?page=2") && text.contains("2 that the portal does not see"));
    assert!(text.contains("/api/associate_tag_option") && text.contains("Studio &lt;99&gt; (product)"));
    assert!(!one(20, 1, Allowed::default()).contains("/api/"), "an auditor reads");
    assert!(one(0, 1, everything()).contains("It is on nothing that the portal sees."));
    assert!(one(0, 2, everything()).contains("The list ends before this page."));
}
