/**
 * Native libraries: found and loaded by {@link dev.gatun.bindings.OneDnnLibrary}, called through
 * {@link dev.gatun.bindings.OneDnn} and the primitives it makes. Every status code becomes an
 * {@link dev.gatun.bindings.OneDnnException}.
 */
package dev.gatun.bindings;
