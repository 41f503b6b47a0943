//! Where in the text of a template its values stand.

use std::collections::BTreeMap;

use saphyr_parser::{Event, Marker, Parser, Tag};

use super::{MAX_DEPTH, MAX_NODES, yaml};

/// A place in a text.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Position {
    /// From 1.
    pub line: usize,
    /// From 1, in characters.
    pub column: usize,
}

/// A key that stands twice in one map, of which CloudFormation takes the last value without a word.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DuplicateKey {
    pub key: String,
    pub first: Position,
    pub again: Position,
}

/// The places of all values of a template, by their paths: `/Resources/Domain/Properties/KmsKeyId`, of what stands inside a short
/// function `/Resources/Domain/Properties/DomainName/Fn::Sub`.
#[derive(Clone, Debug)]
pub struct Positions {
    nodes: Vec<Node>,
    pub duplicates: Vec<DuplicateKey>,
}

#[derive(Clone, Debug)]
struct Node {
    position: Position,
    children: BTreeMap<String, usize>,
}

/// A list or map that is being read.
struct Open {
    node: usize,
    /// Of a map: the key whose value comes next.
    key: Option<(String, Position)>,
    /// Of a list: the index of what comes next.
    next: Option<usize>,
}

impl Positions {
    /// Reads as far as the text can be read, in YAML or JSON.
    pub fn of(text: &str) -> Self {
        let top = Node { position: Position { line: 1, column: 1 }, children: BTreeMap::new() };
        let mut read = Self { nodes: vec![top], duplicates: Vec::new() };
        let mut stack: Vec<Open> = Vec::new();
        for event in Parser::new_from_str(text.trim_start_matches('\u{feff}')).take(MAX_NODES) {
            let Ok((event, span)) = event else { break };
            let at = position(span.start);
            match event {
                Event::Scalar(text, ..) if !read.take_key(&mut stack, &text, at) => {
                    read.enter(&mut stack, None, at);
                }
                Event::SequenceStart(_, tag) => read.open(&mut stack, tag.as_deref(), at, true),
                Event::MappingStart(_, tag) => read.open(&mut stack, tag.as_deref(), at, false),
                Event::SequenceEnd | Event::MappingEnd => drop(stack.pop()),
                Event::Alias(_) => break,
                _ => {}
            }
            if stack.len() > MAX_DEPTH {
                break;
            }
        }
        read
    }

    /// Where the value of a path stands: its key in a map, itself in a list. Of what is not known, where the nearest that
    /// it is part of stands.
    pub fn at(&self, path: &str) -> Position {
        let mut node = &self.nodes[0];
        for part in path.split('/').filter(|part| !part.is_empty()) {
            match node.children.get(part) {
                Some(child) => node = &self.nodes[*child],
                None => break,
            }
        }
        node.position
    }

    /// Takes a scalar as the key of the map that is open, if one waits for a key.
    fn take_key(&mut self, stack: &mut [Open], text: &str, at: Position) -> bool {
        let Some(Open { node, key: key @ None, next: None }) = stack.last_mut() else { return false };
        if let Some(first) = self.nodes[*node].children.get(text) {
            let first = self.nodes[*first].position;
            self.duplicates.push(DuplicateKey { key: text.to_owned(), first, again: at });
        }
        *key = Some((text.to_owned(), at));
        true
    }

    /// Enters what comes next, and answers its number.
    fn enter(&mut self, stack: &mut [Open], function: Option<String>, at: Position) -> usize {
        let mut node = match stack.last_mut() {
            None => 0,
            Some(open) => {
                let (part, at) = match (&mut open.next, open.key.take()) {
                    (Some(index), _) => {
                        *index += 1;
                        ((*index - 1).to_string(), at)
                    }
                    (None, Some(key)) => key,
                    // The key of a map that is a map itself, which no template has.
                    (None, None) => return open.node,
                };
                let parent = open.node;
                self.child(parent, part, at)
            }
        };
        if let Some(function) = function {
            node = self.child(node, function, at);
        }
        node
    }

    fn child(&mut self, parent: usize, part: String, position: Position) -> usize {
        let new = self.nodes.len();
        self.nodes.push(Node { position, children: BTreeMap::new() });
        self.nodes[parent].children.insert(part, new);
        new
    }

    fn open(&mut self, stack: &mut Vec<Open>, tag: Option<&Tag>, at: Position, list: bool) {
        let node = self.enter(stack, yaml::function_of(tag), at);
        stack.push(Open { node, key: None, next: list.then_some(0) });
    }
}

fn position(marker: Marker) -> Position {
    Position { line: marker.line(), column: marker.col() + 1 }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = "\
Resources:
  Studio:
    Type: AWS::SageMaker::Domain
    Properties:
      SubnetIds:
        - subnet-1
        - !Sub '${A}'
      DomainName: !Join
        - '-'
        - [a, b]
      Tags: [{Key: a, Value: b}]
      SubnetIds: []
";

    #[test]
    fn every_value_has_its_place() {
        let read = Positions::of(TEXT);
        let at = |path: &str| (read.at(path).line, read.at(path).column);
        assert_eq!(at("/Resources/Studio"), (2, 3));
        assert_eq!(at("/Resources/Studio/Properties/DomainName"), (8, 7));
        assert_eq!(at("/Resources/Studio/Properties/DomainName/Fn::Join/1/1"), (10, 15));
        assert_eq!(at("/Resources/Studio/Properties/Tags/0/Value"), (11, 23));
        // Of what is missing, where it would stand.
        assert_eq!(at("/Resources/Studio/Properties/KmsKeyId"), (4, 5));
        assert_eq!(at("/Nothing/of/it"), (1, 1));
        let [twice] = &read.duplicates[..] else { panic!("{:?}", read.duplicates) };
        assert_eq!((twice.key.as_str(), twice.first.line, twice.again.line), ("SubnetIds", 5, 12));
    }

    #[test]
    fn json_is_read_too_and_nonsense_as_far_as_it_goes() {
        let read = Positions::of("{\n\t\"Resources\": {\n\t\t\"A\": {\"Type\": \"x\", \"Type\": \"y\"}}}");
        assert_eq!((read.at("/Resources/A/Type").line, read.duplicates.len()), (3, 1));
        for text in ["", "\0", "a: [", "a: &x [1]\nb: *x\nc: 1", "? {a: b}\n: c", "- - - -", "a: !!binary x\u{feff}"] {
            assert_eq!(Positions::of(text).at("/z").line, 1, "{text:?}");
        }
    }
}
