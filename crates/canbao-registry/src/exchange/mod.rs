//! Networked comparison (联网比对) between registries.
