//! Disjoint sets of small numbers: which things belong together, be it by way of others.

/// Each number is in one set; at first in one of its own.
pub(crate) struct Sets {
    parent: Vec<u32>,
}

impl Sets {
    /// Makes sets of the numbers below `size`.
    pub(crate) fn new(size: usize) -> Self {
        Self {
            parent: (0..size as u32).collect(),
        }
    }

    /// Returns the smallest number of the set a number is in.
    pub(crate) fn root(&mut self, index: usize) -> usize {
        let mut index = index as u32;
        while self.above(index) != index {
            self.parent[index as usize] = self.above(self.above(index));
            index = self.above(index);
        }
        index as usize
    }

    /// Makes one set of the sets that two numbers are in.
    pub(crate) fn unite(&mut self, a: usize, b: usize) {
        let (a, b) = (self.root(a), self.root(b));
        self.parent[a.max(b)] = a.min(b) as u32;
    }

    fn above(&self, index: u32) -> u32 {
        self.parent[index as usize]
    }
}
