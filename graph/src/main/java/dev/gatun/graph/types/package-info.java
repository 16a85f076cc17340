/** Element types, shapes and tensor types: the vocabulary every other package speaks. */
package dev.gatun.graph.types;
