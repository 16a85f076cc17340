/**
 * Parquet files as a source of text. Programs use this package through {@link dev.gatun.models.data.TextFormat}: being on
 * the class path is all that it takes.
 */
package dev.gatun.parquet;
