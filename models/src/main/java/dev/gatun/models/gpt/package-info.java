/** The GPT language model. */
package dev.gatun.models.gpt;
