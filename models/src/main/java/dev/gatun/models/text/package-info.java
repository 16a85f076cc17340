/** Tokenizers: text to numbers and back. */
package dev.gatun.models.text;
