/** A traced program as a list of records, its verifier and its textual form. */
package dev.gatun.graph.ir;
