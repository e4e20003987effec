//! Tests of `groups`.

use super::*;
use crate::merge::tests_support::record;
use model::record::PostRef;

/// One slide: record file, post id, index, key.
fn slide(source: &str, post: &str, index: u32, key: &str) -> Record {
    Record {
        source: source.into(),
        edition: if source.ends_with("html") {
            Edition::Html
        } else {
            Edition::Json
        },
        key: key.into(),
        post: Some(PostRef {
            id: post.into(),
            index,
        }),
        ..record(key)
    }
}

/// Returns `key:index/size@group` of each record, sorted; checks that the order of records does not matter.
fn found(records: &[Record], links: &Links) -> Vec<String> {
    let say = |records: &[Record]| {
        let groups = groups(records, links);
        let numbered = records.iter().enumerate();
        let mut said: Vec<String> = numbered
            .filter_map(|(index, record)| {
                let group = groups.get(index)?;
                let key = &record.key;
                Some(format!("{key}:{}/{}@{}", group.index, group.size, group.id))
            })
            .collect();
        said.sort();
        said.dedup();
        said
    };
    let mut reversed = records.to_vec();
    reversed.reverse();
    assert_eq!(say(records), say(&reversed));
    say(records)
}

#[test]
fn a_carousel_keeps_its_order_and_a_single_is_no_group() {
    let records = [
        slide("posts_1.json", "post:b", 0, "b"),
        slide("posts_1.json", "post:b", 1, "a"),
        slide("posts_1.json", "post:x", 0, "x"),
    ];
    assert_eq!(
        found(&records, &Links::default()),
        ["a:1/2@post:b", "b:0/2@post:b"]
    );
}

#[test]
fn two_tellings_of_one_post_are_one_group_and_the_fuller_one_orders_it() {
    let records = [
        slide("posts_1.json", "post:a", 0, "a"),
        slide("posts_1.json", "post:a", 1, "c"),
        slide("posts.json", "post:a", 0, "a"),
        slide("posts.json", "post:a", 1, "b"),
        slide("posts.json", "post:a", 2, "c"),
        slide("posts_1.html", "post:a", 0, "a"),
    ];
    assert_eq!(
        found(&records, &Links::default()),
        ["a:0/3@post:a", "b:1/3@post:a", "c:2/3@post:a"]
    );
}

#[test]
fn posts_that_the_provider_found_to_be_one_are_one() {
    let records = [
        slide("posts_1.json", "post:a", 0, "a"),
        slide("posts_1.json", "post:a", 1, "b"),
        slide("posts.json", "post:c", 0, "c"),
    ];
    let links = Links {
        same_posts: vec![("post:a".into(), "post:c".into())],
        ..Links::default()
    };
    assert_eq!(
        found(&records, &links),
        ["a:0/3@post:a", "b:1/3@post:a", "c:2/3@post:a"]
    );
}

#[test]
fn a_story_and_a_post_of_one_id_stay_apart() {
    let mut story = slide("stories.json", "p", 0, "s");
    story.kind = Kind::Story;
    let mut other = slide("stories.json", "p", 1, "t");
    other.kind = Kind::Story;
    let records = [
        story,
        other,
        slide("posts_1.json", "p", 0, "a"),
        slide("posts_1.json", "p", 1, "b"),
    ];
    assert_eq!(
        found(&records, &Links::default()),
        [
            "a:0/2@post:a",
            "b:1/2@post:a",
            "s:0/2@story:s",
            "t:1/2@story:s"
        ]
    );
}
