/** Graph rewrites, one file each, and the pipeline that lists them. */
package dev.gatun.graph.passes;
