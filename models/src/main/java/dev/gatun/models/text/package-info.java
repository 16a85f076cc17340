/**
 * Tokenizers: text to numbers and back. {@link dev.gatun.models.text.SubwordTokenizer} reads what others trained,
 * {@link dev.gatun.models.text.BpeTrainer} makes a vocabulary from text.
 */
package dev.gatun.models.text;
