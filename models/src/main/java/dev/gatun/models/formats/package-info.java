/**
 * Models that others trained, and models for others: Hugging Face folders, read and written, and GGUF files, read. {@link
 * dev.gatun.models.formats.ForeignModel} opens either.
 */
package dev.gatun.models.formats;
